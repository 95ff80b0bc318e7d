/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Reading and comparing addresses; walking X-Forwarded-For. */
#include "kernel/http/network.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

/* Takes "[…]:port" and "a.b.c.d:port" down to the address. */
static struct lx_text bare(struct lx_text text)
{
	text = lx_text_trim(text);
	if (text.len > 0 && text.at[0] == '[') {
		const char *end = memchr(text.at, ']', text.len);
		size_t n = end == NULL ? 0 : (size_t)(end - text.at);
		return (struct lx_text){ text.at + 1, n == 0 ? 0 : n - 1 };
	}
	const char *colon = text.len == 0 ? NULL : memchr(text.at, ':', text.len);
	const char *point = text.len == 0 ? NULL : memchr(text.at, '.', text.len);
	if (colon != NULL && point != NULL && point < colon)
		text.len = (size_t)(colon - text.at);
	return text;
}

bool lx_address_read(struct lx_text text, struct lx_address *address)
{
	char word[64];
	struct in_addr four;

	text = bare(text);
	if (text.len == 0 || text.len >= sizeof word)
		return false;
	memcpy(word, text.at, text.len);
	word[text.len] = '\0';
	if (strlen(word) != text.len)
		return false;
	if (inet_pton(AF_INET6, word, address->bytes) == 1)
		return true;
	if (inet_pton(AF_INET, word, &four) != 1)
		return false;
	memcpy(address->bytes, mapped, sizeof mapped);
	memcpy(address->bytes + 12, &four, 4);
	return true;
}

static bool is_mapped(const struct lx_address *address)
{
	return memcmp(address->bytes, mapped, sizeof mapped) == 0;
}

void lx_address_write(const struct lx_address *address, char out[48])
{
	bool four = is_mapped(address);

	if (inet_ntop(four ? AF_INET : AF_INET6, address->bytes + (four ? 12 : 0), out, 48) == NULL)
		out[0] = '\0';
}

bool lx_address_loopback(const struct lx_address *address)
{
	static const unsigned char one[16] = { [15] = 1 };

	if (is_mapped(address))
		return address->bytes[12] == 127;
	return memcmp(address->bytes, one, sizeof one) == 0;
}

enum lx_code lx_networks_read(struct lx_call *call, const char *text, struct lx_networks *networks)
{
	struct lx_text rest = lx_text(text), word, part;

	*networks = (struct lx_networks){ 0 };
	while (lx_text_word(&rest, &word)) {
		struct lx_text whole = word;
		struct lx_address address;
		bool good = networks->n < LX_NETWORKS_MAX && lx_text_split(&word, '/', &part) &&
			    lx_address_read(part, &address);
		int64_t base = good && is_mapped(&address) ? 96 : 0, bits = 128 - base;
		if (good && word.len > 0)
			good = lx_text_int(word, &bits) && bits >= 0 && bits <= 128 - base;
		if (!good)
			return lx_fail(call, LX_INVALID, NULL, "http.network", "%.*s",
				(int)whole.len, whole.at);
		networks->rows[networks->n].address = address;
		networks->rows[networks->n++].bits = (unsigned)(base + bits);
	}
	return LX_OK;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned whole = bits / 8, left = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return left == 0 || (a[whole] >> (8 - left)) == (b[whole] >> (8 - left));
}

bool lx_networks_hold(const struct lx_networks *networks, const struct lx_address *address)
{
	for (size_t i = 0; i < networks->n; i++)
		if (same_bits(networks->rows[i].address.bytes, address->bytes,
			    networks->rows[i].bits))
			return true;
	return false;
}

/* Takes the last item off a list; false when it is empty. */
static bool last_item(struct lx_text *list, struct lx_text *item)
{
	if (list->len == 0)
		return false;
	size_t at = list->len;
	while (at > 0 && list->at[at - 1] != ',')
		at--;
	*item = (struct lx_text){ list->at + at, list->len - at };
	list->len = at > 0 ? at - 1 : 0;
	return true;
}

static bool is_field(const struct lx_head_field *field, const char *name)
{
	return strlen(name) == field->name.len &&
	       strncasecmp(field->name.at, name, field->name.len) == 0;
}

struct lx_address lx_forwarded_for(const struct lx_networks *networks,
	const struct lx_address *peer, const struct lx_head *head, bool *forwarded, bool *https)
{
	struct lx_address now = *peer, next;
	struct lx_text scheme = lx_head_find(head, "x-forwarded-proto"), item;
	bool believed = lx_networks_hold(networks, peer);

	*forwarded = scheme.at != NULL || lx_head_find(head, "forwarded").at != NULL ||
		     lx_head_find(head, "x-real-ip").at != NULL ||
		     lx_head_find(head, "via").at != NULL;
	*https = believed && lx_text_is(scheme, "https");
	for (size_t i = head->fields_n; i-- > 0;) {
		if (!is_field(&head->fields[i], "x-forwarded-for"))
			continue;
		*forwarded = true;
		struct lx_text list = head->fields[i].value;
		while (believed && last_item(&list, &item)) {
			if (!lx_address_read(item, &next))
				return now;
			now = next;
			believed = lx_networks_hold(networks, &now);
		}
	}
	return now;
}
