/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The kept report as numbers and words, for the page, its picture and its files. */
#include "modules/allocations/pages.h"

#include <string.h>

static int64_t number_at(const json_t *list, size_t i)
{
	int64_t number = 0;

	(void)lx_text_int(lx_text(json_string_value(json_array_get(list, i))), &number);
	return number;
}

static void read_method(const json_t *json, const char *adopted, size_t n, struct lx_told_method *m)
{
	const json_t *tightest = json_object_get(json, "tightest");

	*m = (struct lx_told_method){ .name = json_string_value(json_object_get(json, "method")),
		.error = json_string_value(json_object_get(json, "error")),
		.core = json_is_true(json_object_get(json, "core")),
		.objecting = json_integer_value(json_object_get(json, "objecting")) };
	m->adopted = adopted != NULL && m->name != NULL && strcmp(adopted, m->name) == 0;
	for (size_t i = 0; i < n; i++) {
		m->amounts[i] = number_at(json_object_get(json, "amounts"), i);
		m->gains[i] = number_at(json_object_get(json, "gains"), i);
	}
	for (size_t i = 0; i < json_array_size(tightest) && i < LX_CERTIFICATE_TIGHTEST; i++) {
		const json_t *group = json_array_get(tightest, i);
		m->tightest[i].coalition = json_string_value(json_object_get(group, "coalition"));
		(void)lx_text_int(lx_text(json_string_value(json_object_get(group, "excess"))),
			&m->tightest[i].excess);
		m->tightest_n++;
	}
}

/* A member is called as the rows of the record call it. */
static struct lx_words name_of(
	const struct lx_reader *reader, const json_t *json, const char *member, int64_t *number)
{
	const json_t *players = json_object_get(json, "player");
	struct lx_ref ref;

	*number = lx_ref_read(lx_text(member), &ref) ? ref.number : 0;
	for (size_t i = 0; i < json_array_size(players); i++) {
		const json_t *link = json_object_get(json_array_get(players, i), "member");
		const char *own = json_string_value(json_object_get(link, "ref"));
		if (own != NULL && member != NULL && strcmp(own, member) == 0)
			return lx_show_link(reader, link).label;
	}
	return lx_words_str("");
}

static void read_methods(const json_t *json, struct lx_told *told)
{
	const json_t *list = json_object_get(json_object_get(json, "report"), "methods");
	const char *adopted = json_string_value(json_object_get(json, "adopted"));
	size_t from = 0;

	for (int pass = 0; pass < 2; pass++) /* the adopted one, then the others */
		for (size_t i = 0; i < json_array_size(list) && from < LX_SHARE_METHODS; i++) {
			struct lx_told_method *m = &told->methods[from];
			read_method(json_array_get(list, i), adopted, told->n, m);
			from += m->name != NULL && m->adopted == (pass == 0);
		}
	told->methods_n = from;
}

bool lx_told_read(const struct lx_reader *reader, const json_t *json, struct lx_told *told)
{
	const json_t *report = json_object_get(json, "report");
	const json_t *players = json_object_get(report, "players");
	const char *of = json_string_value(json_object_get(report, "of"));

	*told = (struct lx_told){ .n = json_array_size(players) };
	if (told->n < 2 || told->n > LX_ALLOCATION_PLAYERS || of == NULL)
		return false;
	told->cost = strcmp(of, "cost") == 0;
	for (size_t i = 0; i < told->n; i++) {
		told->names[i] = name_of(reader, json,
			json_string_value(json_array_get(players, i)), &told->numbers[i]);
		told->alone[i] = number_at(json_object_get(report, "alone"), i);
	}
	(void)lx_text_int(
		lx_text(json_string_value(json_object_get(report, "total"))), &told->total);
	told->filled = json_integer_value(json_object_get(report, "filled"));
	told->apart = json_integer_value(json_object_get(report, "apart"));
	read_methods(json, told);
	return true;
}

struct lx_words lx_told_group(
	const struct lx_reader *reader, const struct lx_told *told, const char *coalition)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_text rest = lx_text(coalition), word;

	while (lx_text_split(&rest, '+', &word)) {
		int64_t number;
		if (!lx_text_int(word, &number))
			continue;
		for (size_t i = 0; i < told->n; i++) {
			if (told->numbers[i] != number)
				continue;
			if (out.len > 0)
				lx_buf_str(&out, reader->request->lang == LX_ZH ? "、" : ", ");
			lx_buf_text(&out, told->names[i].text);
		}
	}
	return lx_words(lx_show_text(reader, "%s", out.at == NULL ? "" : out.at));
}

struct lx_words lx_told_amount(const struct lx_reader *reader, int64_t minor)
{
	LX_CLOSE(lx_buf_close) struct lx_buf out = { 0 };
	struct lx_view view = lx_show_view(reader);
	int64_t unit = 1, size = minor < 0 ? -minor : minor;

	for (unsigned i = 0; i < reader->charter.places; i++)
		unit *= 10;
	if (minor < 0)
		lx_buf_str(&out, "−");
	lx_view_number(&out, &view, size / unit);
	if (size % unit != 0)
		lx_buf_printf(
			&out, ".%0*lld", (int)reader->charter.places, (long long)(size % unit));
	return lx_words(lx_show_text(reader, "%s", out.at == NULL ? "" : out.at));
}
