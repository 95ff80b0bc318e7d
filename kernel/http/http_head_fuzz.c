/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Any bytes as a head. What passes the guard has one host, one length at most, no control characters; and a
 * head with a zero byte never passes the count of its bytes.
 */
#include "kernel/http/head.h"
#include "kernel/http/network.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

static void check_passed(const struct lx_head *head)
{
	int64_t length;

	for (size_t i = 0; i < head->fields_n; i++) {
		struct lx_text value = head->fields[i].value;
		must(head->fields[i].name.len > 0);
		must(value.len == 0 || memchr(value.at, '\0', value.len) == NULL);
		must(value.len == 0 || memchr(value.at, '\r', value.len) == NULL);
	}
	must(memchr(head->target.at, '\0', head->target.len) == NULL);
	bool body = lx_head_body(head, &length);
	must(!body || length != 0);
	must(!(lx_text_is(head->method, "GET") && body));
	must(length <= (int64_t)(LX_BODY_MAX + LX_BODY_DRAIN_MAX));
}

static void check_whole(struct lx_head *head, char *bytes, size_t size)
{
	bool zero = memchr(bytes, '\0', size) != NULL;

	for (size_t i = 0; i < size; i++)
		if (bytes[i] == '\r' || bytes[i] == '\n')
			bytes[i] = '\0';
	for (size_t i = 0; i < head->fields_n; i++)
		bytes[head->fields[i].name.at + head->fields[i].name.len - bytes] = '\0';
	must(!(lx_head_whole(head) && zero));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lx_networks networks = { .n = 1 };
	static char bytes[32768];
	struct lx_address peer = { { 0 } };
	struct lx_head head;
	struct lx_fault fault = { 0 };
	bool forwarded, https;
	char text[48];

	if (size == 0 || size >= sizeof bytes)
		return 0;
	memcpy(bytes, data, size);
	bytes[size] = '\0';
	if (!lx_head_read((struct lx_text){ bytes, size }, &head))
		return 0;
	struct lx_address from = lx_forwarded_for(&networks, &peer, &head, &forwarded, &https);
	lx_address_write(&from, text);
	unsigned status = lx_guard(&head, &fault);
	must(status == 0 || (status >= 400 && status < 500 && fault.msgid != NULL));
	if (status == 0)
		check_passed(&head);
	check_whole(&head, bytes, size);
	return 0;
}
