/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as the values of Accept, Accept-Language, Cookie, Content-Type, If-None-Match and the like. */
#include "kernel/http/negotiation.h"
#include "kernel/http/network.h"

#include "kernel/http/account_inner.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lx_text text = { (const char *)data, size };
	struct lx_address address;
	char folded[LX_NAME_MAX + 1], again[LX_NAME_MAX + 1];

	if (size == 0 || size > 16384)
		return 0;
	must(lx_accept_media(text) <= LX_PLAIN);
	must(lx_accept_lang(text, LX_ZH) < LX_LANGS);
	must(lx_body_kind_of(text) <= LX_BODY_OTHER);
	struct lx_text cookie = lx_cookie_find(text, "session");
	must(cookie.at == NULL || lx_utf8_valid(cookie.at, cookie.len, NULL));
	must(!lx_tags_hold(text, lx_text("17-x\""), true) || memchr(data, '*', size) != NULL);
	(void)lx_tags_hold_sequence(text, 17);
	if (lx_address_read(text, &address)) {
		char written[48];
		struct lx_address back;
		lx_address_write(&address, written);
		must(lx_address_read(lx_text(written), &back));
		must(memcmp(&address, &back, sizeof back) == 0);
	}
	if (lx_name_fold(text, folded)) {
		must(lx_name_fold(lx_text(folded), again));
		must(strcmp(folded, again) == 0);
	}
	return 0;
}
