/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes as an uploaded file: what is made bare is of the same medium, hardly longer, and stays so when made bare again. */
#include "base/media.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lx_text bytes = { (const char *)data, size };
	const struct lx_file_type *media = lx_media_of(bytes);
	LX_CLOSE(lx_buf_close) struct lx_buf once = { 0 };
	LX_CLOSE(lx_buf_close) struct lx_buf twice = { 0 };

	if (media == NULL || !lx_media_bare(media, bytes, &once))
		return 0;
	must(lx_media_named(lx_text(media->type)) == media &&
		lx_media_is_word(lx_text(media->word)));
	must(once.len <= size + 64);
	if (media->shown) {
		must(lx_media_of(lx_buf_view(&once)) == media);

		must(lx_media_bare(media, lx_buf_view(&once), &twice));
		must(twice.len == once.len && memcmp(twice.at, once.at, once.len) == 0);
	}
	return 0;
}
