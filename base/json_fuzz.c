/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Fuzzing the short way of reading JSON: what it reads, jansson reads too, and to the same value. */
#include "base/json.h"
#include "base/json_plain.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LX_CLOSE(lx_json_free)
	json_t *plain = lx_json_plain((struct lx_text){ (const char *)data, size });

	if (plain == NULL)
		return 0;
	LX_CLOSE(lx_json_free)
	json_t *whole = json_loadb(
		(const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	assert(whole != NULL && json_equal(plain, whole));
	return 0;
}
