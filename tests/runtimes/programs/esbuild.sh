npx esbuild src/index.js --bundle --format=esm --outdir=dist
mkdir -p dist/wasm
cp node_modules/tls-psk/dist/wasm/tls_psk_bg.wasm dist/wasm/
