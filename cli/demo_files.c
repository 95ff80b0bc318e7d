/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Documents of the demonstration: "file:study.pdf" in an input is laid down as a form's file is, and named by its token. */
#include "base/media.h"
#include "cli/demo.h"
#include "demo/demo_data.h"

#include <stdio.h>
#include <string.h>

#define MARK "file:"

static enum lx_code lay(struct lx_demo *demo, int64_t person, const char *name, json_t **token)
{
	struct lx_call *call = &demo->cli->call;
	struct lx_text bytes = lx_embedded_find(lx_demo_files, name);
	char random[LX_TOKEN_TEXT], text[LX_TOKEN_TEXT + 8];

	const struct lx_file_type *media = bytes.len == 0 ? NULL : lx_media_of(bytes);
	if (media == NULL || bytes.len > LX_CONTENT_CHUNK) /* they are small: one part each */
		return lx_fail(call, LX_INVALID, NULL, "demo.data", "%s", name);
	lx_token_new(random);
	(void)snprintf(text, sizeof text, "upload:%s", random);
	struct lx_upload upload = {
		.token = lx_text(text), .person = person, .bytes = bytes, .media = media->type
	};
	struct lx_laying laying = { &upload, 0 };
	lx_upload_seal(&upload);
	LX_TRY(lx_writer_submit(demo->opened->writer, call, lx_laying_job, &laying));
	*token = json_string(text);
	return LX_OK;
}

/* Every value that names a document, in fields and in rows. */
enum lx_code lx_demo_documents(struct lx_demo *demo, int64_t person, json_t *input)
{
	const char *key;
	json_t *each, *token = NULL;
	size_t i;
	void *next;

	json_object_foreach_safe(input, next, key, each)
	{
		const char *text = json_string_value(each);
		if (text != NULL && strncmp(text, MARK, sizeof MARK - 1) == 0) {
			LX_TRY(lay(demo, person, text + sizeof MARK - 1, &token));
			(void)json_object_set_new(input, key, token);
		} else {
			LX_TRY(lx_demo_documents(demo, person, each));
		}
	}
	json_array_foreach(input, i, each)
	{
		LX_TRY(lx_demo_documents(demo, person, each));
	}
	return LX_OK;
}
