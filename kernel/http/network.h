/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses and networks: whom a forwarded address is believed from. IPv4 is held as ::ffff:a.b.c.d. */
#ifndef LX_KERNEL_HTTP_NETWORK_H
#define LX_KERNEL_HTTP_NETWORK_H

#include "kernel/http/head.h"

#define LX_NETWORKS_MAX 32

struct lx_address {
	unsigned char bytes[16];
};

struct lx_networks {
	struct {
		struct lx_address address;
		unsigned bits;
	} rows[LX_NETWORKS_MAX];
	size_t n;
};

/* Reads "192.0.2.1", "2001:db8::1", "[2001:db8::1]:80" or "192.0.2.1:80"; false for anything else. */
bool lx_address_read(struct lx_text text, struct lx_address *address);

/* Writes it as people do, IPv4 with points. */
void lx_address_write(const struct lx_address *address, char out[48]);

/* Whether it is this machine itself (127/8 or ::1). */
bool lx_address_loopback(const struct lx_address *address);

/* Reads networks separated by blanks: "10.0.0.0/8 ::1". Faults: `http.network` with the word. */
LX_CHECK enum lx_code lx_networks_read(
	struct lx_call *call, const char *text, struct lx_networks *networks);
bool lx_networks_hold(const struct lx_networks *networks, const struct lx_address *address);

/* Follows X-Forwarded-For from the right as long as the one who said it is believed. *forwarded: whether any
 * such field was there at all; *https: whether a believed proxy says so. */
struct lx_address lx_forwarded_for(const struct lx_networks *networks,
	const struct lx_address *peer, const struct lx_head *head, bool *forwarded, bool *https);

#endif
