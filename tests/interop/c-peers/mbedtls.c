// Mbed TLS as a program, see peer.h. An external PSK of its goes with SHA-256 alone.

#include "peer.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ciphersuites.h>
#include <mbedtls/ssl_ticket.h>
#include <psa/crypto.h>

static const struct {
    int id;
    const char *name;
} SUITES[] = {
    {MBEDTLS_TLS1_3_AES_128_GCM_SHA256, "TLS_AES_128_GCM_SHA256"},
    {MBEDTLS_TLS1_3_AES_256_GCM_SHA384, "TLS_AES_256_GCM_SHA384"},
    {MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256, "TLS_CHACHA20_POLY1305_SHA256"},
};
#define SUITE_COUNT (sizeof SUITES / sizeof SUITES[0])

static void check(const char *what, int code) {
    if (code < 0) fail(what, -(long)code);
}

static int ticket_seen;
static mbedtls_ssl_session session;

// What a call has to be made again for; a ticket is kept on the way.
static int again(mbedtls_ssl_context *ssl, int code) {
    if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
        mbedtls_ssl_session_free(&session);
        mbedtls_ssl_session_init(&session);
        check("session", mbedtls_ssl_get_session(ssl, &session));
        ticket_seen = 1;
        return 1;
    }
    return code == MBEDTLS_ERR_SSL_WANT_READ || code == MBEDTLS_ERR_SSL_WANT_WRITE;
}

static void say(mbedtls_ssl_context *ssl, int resumed) {
    unsigned char exported[EXPORTED_LENGTH];
    check("exporter",
          mbedtls_ssl_export_keying_material(ssl, exported, sizeof exported, EXPORTER_LABEL, strlen(EXPORTER_LABEL),
                                             (const unsigned char *)EXPORTER_CONTEXT, strlen(EXPORTER_CONTEXT), 1));
    const char *name = "none";
    for (size_t at = 0; at < SUITE_COUNT; at++)
        if (SUITES[at].id == mbedtls_ssl_get_ciphersuite_id_from_ssl(ssl)) name = SUITES[at].name;
    report(name, resumed, exported, sizeof exported);
}

static void echo(mbedtls_ssl_context *ssl) {
    unsigned char buffer[16384];
    for (;;) {
        int length = mbedtls_ssl_read(ssl, buffer, sizeof buffer);
        if (again(ssl, length)) continue;
        if (length == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) break;
        check("read", length);
        if (length == 0) fail("the transport ended", 0);
        for (int at = 0; at < length;) {
            int written = mbedtls_ssl_write(ssl, buffer + at, length - at);
            if (again(ssl, written)) continue;
            check("write", written);
            at += written;
        }
    }
    check("close", mbedtls_ssl_close_notify(ssl));
}

// Whether the server took a ticket: a parse that succeeded.
static int parsed;
static int parse_ticket(void *context, mbedtls_ssl_session *into, unsigned char *bytes, size_t length) {
    int code = mbedtls_ssl_ticket_parse(context, into, bytes, length);
    parsed |= code == 0;
    return code;
}

int main(int argc, char **argv) {
    struct options options = parse(argc, argv);
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_config config;
    mbedtls_ssl_ticket_context tickets;
    mbedtls_entropy_init(&entropy);
    mbedtls_ctr_drbg_init(&random);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_ticket_init(&tickets);
    mbedtls_ssl_session_init(&session);
    if (psa_crypto_init() != PSA_SUCCESS) fail("psa_crypto_init", 0);
    check("seed", mbedtls_ctr_drbg_seed(&random, mbedtls_entropy_func, &entropy, NULL, 0));
    int role = options.server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT;
    check("defaults", mbedtls_ssl_config_defaults(&config, role, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT));
    mbedtls_ssl_conf_rng(&config, mbedtls_ctr_drbg_random, &random);
    check("psk", mbedtls_ssl_conf_psk(&config, options.key, options.key_length, (unsigned char *)options.identity,
                                      strlen(options.identity)));
    int suites[2] = {0, 0};
    for (size_t at = 0; options.suite && at < SUITE_COUNT; at++)
        if (!strcmp(SUITES[at].name, options.suite)) suites[0] = SUITES[at].id;
    if (suites[0]) mbedtls_ssl_conf_ciphersuites(&config, suites);
    uint16_t groups[8] = {0};
    for (int at = 0; at < options.group_count; at++) groups[at] = options.groups[at];
    if (options.group_count) mbedtls_ssl_conf_groups(&config, groups);
    if (options.modes)
        mbedtls_ssl_conf_tls13_key_exchange_modes(&config, strcmp(options.modes, "psk_ke")
                                                               ? MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL
                                                               : MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK);
    if (options.connections > 1 && options.server) {
        check("tickets", mbedtls_ssl_ticket_setup(&tickets, mbedtls_ctr_drbg_random, &random, MBEDTLS_CIPHER_AES_256_GCM, 3600));
        mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, parse_ticket, &tickets);
    }
    if (options.connections > 1)
        mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(&config, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);

    for (int turn = 0; turn < options.connections; turn++) {
        mbedtls_ssl_context ssl;
        mbedtls_net_context net = {.fd = meet(&options)};
        mbedtls_ssl_init(&ssl);
        check("setup", mbedtls_ssl_setup(&ssl, &config));
        check("hostname", mbedtls_ssl_set_hostname(&ssl, NULL));
        mbedtls_ssl_set_bio(&ssl, &net, mbedtls_net_send, mbedtls_net_recv, NULL);
        int offers = !options.server && ticket_seen;
        if (offers) check("set_session", mbedtls_ssl_set_session(&ssl, &session));
        parsed = 0;
        int code;
        do code = mbedtls_ssl_handshake(&ssl);
        while (again(&ssl, code));
        check("handshake", code);
        say(&ssl, options.server ? parsed : offers);
        echo(&ssl);
        mbedtls_ssl_free(&ssl);
        mbedtls_net_free(&net);
    }
    return 0;
}
