// wolfSSL as a program, see peer.h.

#include "peer.h"

#include <wolfssl/options.h>

#include <wolfssl/ssl.h>

static struct options options;

static const char *suite(void) {
    // its own names, and the suite that its examples have
    if (!options.suite || !strcmp(options.suite, "TLS_AES_128_GCM_SHA256")) return "TLS13-AES128-GCM-SHA256";
    if (!strcmp(options.suite, "TLS_AES_256_GCM_SHA384")) return "TLS13-AES256-GCM-SHA384";
    return "TLS13-CHACHA20-POLY1305-SHA256";
}

static unsigned client_psk(WOLFSSL *ssl, const char *hint, char *identity, unsigned identity_max, unsigned char *key,
                           unsigned key_max, const char **ciphersuite) {
    (void)ssl, (void)hint;
    if (strlen(options.identity) >= identity_max || options.key_length > key_max) return 0;
    strcpy(identity, options.identity);
    memcpy(key, options.key, options.key_length);
    *ciphersuite = suite();
    return options.key_length;
}

static unsigned server_psk(WOLFSSL *ssl, const char *identity, unsigned char *key, unsigned key_max,
                           const char **ciphersuite) {
    (void)ssl;
    if (strcmp(identity, options.identity) || options.key_length > key_max) return 0;
    memcpy(key, options.key, options.key_length);
    *ciphersuite = suite();
    return options.key_length;
}

static void check(const char *what, WOLFSSL *ssl, int code) {
    if (code != WOLFSSL_SUCCESS) fail(what, ssl ? wolfSSL_get_error(ssl, code) : code);
}

static void echo(WOLFSSL *ssl) {
    char buffer[16384];
    for (;;) {
        int length = wolfSSL_read(ssl, buffer, sizeof buffer);
        if (length <= 0) {
            int error = wolfSSL_get_error(ssl, length);
            if (error == WOLFSSL_ERROR_ZERO_RETURN) break;
            fail("read", error);
        }
        for (int at = 0; at < length;) {
            int written = wolfSSL_write(ssl, buffer + at, length - at);
            if (written <= 0) fail("write", wolfSSL_get_error(ssl, written));
            at += written;
        }
    }
    wolfSSL_shutdown(ssl);
}

int main(int argc, char **argv) {
    options = parse(argc, argv);
    wolfSSL_Init();
    WOLFSSL_CTX *context = wolfSSL_CTX_new(options.server ? wolfTLSv1_3_server_method() : wolfTLSv1_3_client_method());
    if (options.server) wolfSSL_CTX_set_psk_server_tls13_callback(context, server_psk);
    else wolfSSL_CTX_set_psk_client_tls13_callback(context, client_psk);
    if (options.suite) check("suite", NULL, wolfSSL_CTX_set_cipher_list(context, suite()));
    if (options.group_count) check("groups", NULL, wolfSSL_CTX_set_groups(context, options.groups, options.group_count));
    if (options.modes && !strcmp(options.modes, "psk_ke")) check("modes", NULL, wolfSSL_CTX_no_dhe_psk(context) == 0);
    if (options.modes && strcmp(options.modes, "psk_ke")) check("modes", NULL, wolfSSL_CTX_only_dhe_psk(context) == 0);
    if (options.connections > 1 && !options.server) check("tickets", NULL, wolfSSL_CTX_UseSessionTicket(context));
    WOLFSSL_SESSION *session = NULL;
    for (int turn = 0; turn < options.connections; turn++) {
        WOLFSSL *ssl = wolfSSL_new(context);
        if (!ssl) fail("wolfSSL_new", 0);
        wolfSSL_KeepArrays(ssl); // for the exporter
        int fd = meet(&options);
        wolfSSL_set_fd(ssl, fd);
        if (session) check("set_session", ssl, wolfSSL_set_session(ssl, session));
        check("handshake", ssl, options.server ? wolfSSL_accept(ssl) : wolfSSL_connect(ssl));
        unsigned char exported[EXPORTED_LENGTH];
        check("exporter", ssl,
              wolfSSL_export_keying_material(ssl, exported, sizeof exported, EXPORTER_LABEL, strlen(EXPORTER_LABEL),
                                             (const unsigned char *)EXPORTER_CONTEXT, strlen(EXPORTER_CONTEXT), 1));
        report(wolfSSL_get_cipher(ssl), wolfSSL_session_reused(ssl), exported, sizeof exported);
        echo(ssl);
        if (!options.server && options.connections > 1) session = wolfSSL_get1_session(ssl);
        wolfSSL_free(ssl);
        close(fd);
    }
    return 0;
}
