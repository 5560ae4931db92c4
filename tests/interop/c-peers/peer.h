// What the peers in C share: the command line, the sockets, and what is printed.
//
//     PROGRAM serve|connect PORT IDENTITY:KEY OPTION...
//
// KEY is hexadecimal; port 0 takes a free one. The options:
//
//     --suite NAME        the cipher suite that the PSK goes with
//     --groups ID,ID      the groups, the most preferred first, by their numbers
//     --modes psk_ke|psk_dhe_ke
//     --connections N     so many connections, each after the first with a ticket of the one before
//
// In either role a peer says what was negotiated and then sends back whatever it receives, to the end.

#ifndef PEER_H
#define PEER_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct options {
    int server, port, connections;
    char identity[128];
    unsigned char key[64];
    size_t key_length;
    const char *suite, *modes;
    int groups[8];
    int group_count;
};

static void fail(const char *what, long code) {
    fprintf(stderr, "%s: %ld\n", what, code);
    exit(1);
}

static void parse_psk(struct options *options, const char *text) {
    const char *colon = strchr(text, ':');
    if (!colon || colon - text >= (long)sizeof options->identity) fail("a PSK is IDENTITY:KEY", 0);
    memcpy(options->identity, text, colon - text);
    for (const char *hex = colon + 1; hex[0] && hex[1]; hex += 2) {
        unsigned byte;
        if (options->key_length == sizeof options->key || sscanf(hex, "%2x", &byte) != 1) fail("no key", 0);
        options->key[options->key_length++] = byte;
    }
}

static struct options parse(int argc, char **argv) {
    struct options options = {.connections = 1};
    if (argc < 4) fail("serve|connect PORT IDENTITY:KEY OPTION...", argc);
    options.server = strcmp(argv[1], "serve") == 0;
    options.port = atoi(argv[2]);
    parse_psk(&options, argv[3]);
    for (int at = 4; at + 1 < argc; at += 2) {
        char *value = argv[at + 1];
        if (!strcmp(argv[at], "--suite")) options.suite = value;
        else if (!strcmp(argv[at], "--modes")) options.modes = value;
        else if (!strcmp(argv[at], "--connections")) options.connections = atoi(value);
        else if (!strcmp(argv[at], "--groups")) {
            for (char *id = strtok(value, ","); id && options.group_count < 7; id = strtok(NULL, ","))
                options.groups[options.group_count++] = atoi(id);
        } else fail(argv[at], 0);
    }
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    return options;
}

static struct sockaddr_in address(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// A connected socket; a server says once where it listens.
static int meet(const struct options *options) {
    static int listener = -1;
    struct sockaddr_in where = address(options->port);
    socklen_t length = sizeof where;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (!options->server) {
        if (connect(fd, (struct sockaddr *)&where, length)) fail("connect", 0);
    } else {
        if (listener < 0) {
            listener = fd;
            if (bind(listener, (struct sockaddr *)&where, length) || listen(listener, 4)) fail("listen", 0);
            getsockname(listener, (struct sockaddr *)&where, &length);
            printf("listening on %d\n", ntohs(where.sin_port));
        }
        fd = accept(listener, NULL, NULL);
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void report(const char *suite, int resumed, const unsigned char *exported, size_t length) {
    printf("suite: %s\nresumed: %s\nexported: ", suite, resumed ? "yes" : "no");
    for (size_t at = 0; at < length; at++) printf("%02x", exported[at]);
    printf("\n");
}

#define EXPORTER_LABEL "EXPORTER-test"
#define EXPORTER_CONTEXT "context"
#define EXPORTED_LENGTH 42

#endif
