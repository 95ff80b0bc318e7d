/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* An allocation as files: its shares as CSV, and its figures as a problem that `lianxi share` reads. */
#include "modules/allocations/pages.h"

#include "base/csv.h"
#include "base/decimal.h"

#include <string.h>

/* Opens the record of the address as this reader may see it. `json` is the caller's. */
static enum lx_code open_record(struct lx_reader *reader, struct lx_request *request,
	struct lx_record *record, json_t **json)
{
	const struct lx_shape *shape;

	LX_TRY(lx_reader_open(request, reader));
	LX_TRY(lx_route_type(reader, &shape));
	LX_TRY(lx_route_record(reader, shape, record));
	enum lx_code code = lx_reduce(&reader->sight, record, LX_ALL_PARTS, json);
	if (code == LX_NOT_FOUND)
		return lx_fail(reader->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	return code;
}

static void csv_text(struct lx_buf *out, struct lx_text text, char end)
{
	lx_csv_write(out, text, ',');
	lx_buf_char(out, end);
}

static void csv_money(const struct lx_reader *reader, struct lx_buf *out, int64_t minor, char end)
{
	LX_CLOSE(lx_buf_close) struct lx_buf amount = { 0 };

	lx_decimal_write(&amount, minor, reader->charter.places);
	csv_text(out, lx_buf_view(&amount), end);
}

/* method, adopted, member, name, alone, amount, gain: one line a member and method. */
static void write_csv(
	const struct lx_reader *reader, const struct lx_told *told, struct lx_buf *out)
{
	lx_buf_str(out, "method,adopted,member,name,alone,amount,gain\r\n");
	for (size_t m = 0; m < told->methods_n; m++) {
		const struct lx_told_method *method = &told->methods[m];
		for (size_t i = 0; method->error == NULL && i < told->n; i++) {
			csv_text(out, lx_text(method->name), ',');
			csv_text(out, lx_text(method->adopted ? "yes" : "no"), ',');
			lx_buf_printf(out, "member/%lld,", (long long)told->numbers[i]);
			csv_text(out, told->names[i].text, ',');
			csv_money(reader, out, told->alone[i], ',');
			csv_money(reader, out, method->amounts[i], ',');
			csv_money(reader, out, method->gains[i], '\r');
			lx_buf_char(out, '\n');
		}
	}
}

enum lx_code lx_page_shares(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	struct lx_record record;
	struct lx_told told;

	LX_TRY(open_record(&reader, request, &record, &json));
	if (!lx_told_read(&reader, json, &told))
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	if (request->media == LX_JSON)
		return lx_reply_json(request, reply, json_object_get(json, "report"));
	reply->media = "text/csv; charset=utf-8; header=present";
	write_csv(&reader, &told, &reply->body);
	return LX_OK;
}

/* The figures in minor units, groups that were put together from parts among them: the same game that was computed. */
static enum lx_code game_json(
	const struct lx_reader *reader, const struct lx_record *record, json_t **game)
{
	struct lx_allocation a;
	size_t filled;
	json_t *table = json_array(), *players = json_array();

	*game = json_pack("{s:s, s:o, s:o}", "kind", "tu_game", "players", players, "table", table);
	if (*game == NULL)
		return lx_fail(reader->call, LX_BROKEN, NULL, "base.memory", NULL);
	LX_TRY(lx_allocation_read(reader->call, record, &a));
	LX_TRY(lx_allocation_whole(reader->call, &a, &filled));
	(void)json_object_set_new(*game, "mode", json_string(a.cost ? "cost" : "profit"));
	for (unsigned i = 0; i < a.n; i++)
		(void)json_array_append_new(players, json_sprintf("%lld", (long long)a.numbers[i]));
	for (size_t mask = 0; mask < (size_t)1 << a.n; mask++)
		(void)json_array_append_new(table, json_sprintf("%lld", (long long)a.worth[mask]));
	return LX_OK;
}

enum lx_code lx_page_game(struct lx_request *request, struct lx_reply *reply)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	LX_CLOSE(lx_json_free) json_t *json = NULL;
	LX_CLOSE(lx_json_free) json_t *game = NULL;
	struct lx_record record;
	struct lx_told told;

	LX_TRY(open_record(&reader, request, &record, &json));
	if (!lx_told_read(&reader, json, &told))
		return lx_fail(request->call, LX_NOT_FOUND, NULL, "page.none", NULL);
	LX_TRY(game_json(&reader, &record, &game));
	return lx_reply_json(request, reply, game);
}
