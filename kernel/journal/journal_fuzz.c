/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The form of entries against the two other programs that know it: what lx_form_canonical accepts is
 * what reading and writing canonically gives back byte for byte, and, keys being plain, the reverse.
 */
#include "base/json.h"
#include "kernel/journal/form.h"

#include <stdlib.h>
#include <string.h>

static bool plain_key(const char *key)
{
	for (; *key != '\0'; key++)
		if (*key < 0x20 || *key == 0x7f || *key == '"' || *key == '\\')
			return false;
	return true;
}

static bool plain_keys(json_t *value)
{
	const char *key;
	json_t *item;
	size_t i;

	json_object_foreach(
		value, key, item) if (!plain_key(key) || !plain_keys(item)) return false;
	json_array_foreach(value, i, item) if (!plain_keys(item)) return false;
	return true;
}

/* Whether the general reader and writer agree with the bytes. */
static bool comes_back(struct lx_text bytes, bool *plain)
{
	LX_CLOSE(lx_buf_close) struct lx_buf again = { 0 };
	struct lx_fault fault = { 0 };
	json_t *value = NULL;

	if (lx_json_read(&fault, bytes, &value) != LX_OK)
		return false;
	bool same = json_is_object(value) && lx_json_canonical(&again, value, &fault) == LX_OK &&
		    lx_text_equal(lx_buf_view(&again), bytes);
	*plain = plain_keys(value);
	lx_json_free(&value);
	return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lx_text bytes = { (const char *)data, size }, with, ref, commitment;
	struct lx_entry_head head;
	bool plain = true;

	bool accepted = lx_form_canonical(bytes);
	bool expected = size > 0 && lx_utf8_valid(bytes.at, size, NULL) &&
			comes_back(bytes, &plain);
	if (accepted != (expected && plain))
		__builtin_trap();
	if ((lx_form_entry(bytes, &head) || lx_form_inner(bytes, &with)) && !accepted)
		__builtin_trap();
	if (lx_form_entry(bytes, &head))
		for (with = head.with; lx_form_bound(&with, &ref, &commitment);)
			if (ref.at < bytes.at || commitment.at + commitment.len > bytes.at + size)
				__builtin_trap();
	return 0;
}
