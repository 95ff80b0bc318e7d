/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The boxes of a lot, once nobody can open them any more: with them everyone can work out again what entries committed to while
 * votes were cast. Programs' page; only JSON.
 */
#include "modules/rounds/round_pages.h"
#include "modules/rounds/round_queries.h"

#include <stdio.h>

#define HEX_MOST (2 * LX_BOX_MAX + 1)

static enum lx_code add_box(void *with, const struct lx_value *values)
{
	struct lx_text box = values[1].text;
	char hex[HEX_MOST];

	for (size_t i = 0; i < box.len && 2 * i + 2 < sizeof hex; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)box.at[i]);
	(void)json_array_append_new(with, json_string(box.len == 0 ? "" : hex));
	return LX_OK;
}

/* GET /rounds/:n/boxes?lot=1 */
enum lx_code lx_page_boxes(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_round_end) struct lx_round_reader r = { .n = 0 };
	LX_CLOSE(lx_json_free) json_t *boxes = json_array();
	const struct lx_text *asked = lx_query_param(request, "lot", 0);
	int64_t lot = 0;

	LX_TRY(lx_round_open(request, &r));
	if (asked == NULL || !lx_text_int(*asked, &lot) || lot < 1)
		return lx_fail(request->call, LX_INVALID, "lot", "input.number", NULL);
	if (!lx_text_is(lx_record_value(&r.record, "secret").text, "destroyed"))
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "round_boxes_later", NULL);
	LX_TRY(lx_each(r.reader.tx, &lx_q_boxes_of_lot,
		(struct lx_value[]){ LX_I(r.record.number), LX_I(lot) }, add_box, boxes));
	lx_reader_close(&r.reader);
	LX_CLOSE(lx_json_free)
	json_t *json = json_pack("{s:I, s:O}", "lot", (json_int_t)lot, "boxes", boxes);
	return lx_reply_json(request, reply, json);
}
