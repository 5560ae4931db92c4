#!/usr/bin/env bash
# Makes the certificates of this folder anew, with OpenSSL 3. Tests take them as they are; run it only to change them.
#
# They are valid from 2020 to 2120 but where the name says otherwise, and the keys are worth nothing.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.pem
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

key() { # NAME ALGORITHM [OPTION]
  openssl genpkey -quiet -algorithm "$2" ${3:+-pkeyopt "$3"} -out "$1.key.pem"
}

# NAME ISSUER EXTENSIONS [NOT_BEFORE NOT_AFTER]; an issuer of its own name signs itself
certificate() {
  local name=$1 issuer=$2 extensions=$3 from=${4:-20200101000000Z} to=${5:-21200101000000Z}
  mkdir -p "$work/$name" && : > "$work/$name/index.txt"
  openssl req -new -key "$name.key.pem" -subj "/CN=tls-psk test $name" -out "$work/$name.csr"
  printf '[ca]\ndefault_ca=d\n[d]\nnew_certs_dir=%s\ndatabase=%s\nrand_serial=yes\npolicy=p\ndefault_md=sha256\nunique_subject=no\n[p]\ncommonName=supplied\n[e]\n%b\n' \
    "$work/$name" "$work/$name/index.txt" "$extensions" > "$work/$name.cnf"
  local signer=(-cert "$issuer.pem" -keyfile "$issuer.key.pem")
  [ "$name" = "$issuer" ] && signer=(-selfsign -keyfile "$name.key.pem")
  openssl ca -batch -notext -config "$work/$name.cnf" -extensions e -startdate "$from" -enddate "$to" \
    "${signer[@]}" -in "$work/$name.csr" -out "$name.pem" 2> "$work/log" || { cat "$work/log" >&2; exit 1; }
}

ca='basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash'
server='subjectAltName=DNS:server.example,DNS:*.many.example\nextendedKeyUsage=serverAuth'
client='subjectAltName=DNS:client.example\nextendedKeyUsage=clientAuth'

key root EC ec_paramgen_curve:P-384
certificate root root "$ca"
key other-root EC ec_paramgen_curve:P-256
certificate other-root other-root "$ca"
key intermediate RSA rsa_keygen_bits:2048
certificate intermediate root "$ca"

key p256 EC ec_paramgen_curve:P-256
certificate p256 intermediate "$server"
key p384 EC ec_paramgen_curve:P-384
certificate p384 intermediate "$server"
key ed25519 ED25519
certificate ed25519 intermediate "$server"
key rsa RSA rsa_keygen_bits:2048
certificate rsa intermediate "$server"

key other-name EC ec_paramgen_curve:P-256
certificate other-name intermediate 'subjectAltName=DNS:other.example\nextendedKeyUsage=serverAuth'
key stranger EC ec_paramgen_curve:P-256
certificate stranger other-root "$server"
key client EC ec_paramgen_curve:P-256
certificate client intermediate "$client"
key expired EC ec_paramgen_curve:P-256
certificate expired intermediate "$server" 20200101000000Z 20210101000000Z
key future EC ec_paramgen_curve:P-256
certificate future intermediate "$server" 21000101000000Z 21200101000000Z

# a key that may not sign, one that may, and a client's that ends three hours after the moment of the tests
both='subjectAltName=DNS:server.example\nextendedKeyUsage=serverAuth,clientAuth'
key agreeing EC ec_paramgen_curve:P-256
certificate agreeing intermediate "$both\nkeyUsage=critical,keyAgreement"
key signing EC ec_paramgen_curve:P-256
certificate signing intermediate "$both\nkeyUsage=critical,digitalSignature"
key ending EC ec_paramgen_curve:P-256
certificate ending intermediate "$client" 20200101000000Z 20260528232640Z

# RSA keys that are too short: of a server, and of an authority
key short-rsa RSA rsa_keygen_bits:1024
certificate short-rsa intermediate "$server"
key short-authority RSA rsa_keygen_bits:1024
certificate short-authority root "$ca"
key below-short EC ec_paramgen_curve:P-256
certificate below-short short-authority "$server"

# the same keys in the other forms that are read
openssl ec -in p256.key.pem -out p256.sec1.key.pem 2> /dev/null
openssl ec -in p384.key.pem -out p384.sec1.key.pem 2> /dev/null
openssl rsa -in rsa.key.pem -traditional -out rsa.pkcs1.key.pem 2> /dev/null
# what a server sends is the chain without the root
for name in p256 p384 ed25519 rsa other-name client expired future agreeing signing ending; do
  cat "$name.pem" intermediate.pem > "$name.chain.pem"
done
cat short-rsa.pem intermediate.pem > short-rsa.chain.pem
cat below-short.pem short-authority.pem > below-short.chain.pem
