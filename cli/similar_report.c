/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Answers of `lianxi similar`: tables for people, lists for programs. */
#include "base/json.h"
#include "cli/columns.h"
#include "cli/similar.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MOST 96 /* bytes of a text in a table */

/* What was kept of a row, as JSON, or NULL where it is none (an index of another maker). */
static json_t *kept_of(const struct lx_similar_text *text)
{
	struct lx_fault ignored = { 0 };
	json_t *value = NULL;

	if (text->kept.len == 0 || lx_json_read(&ignored, text->kept, &value) != LX_OK)
		return NULL;
	return value;
}

/* Writes the id as it stood in the file. */
static void put_id(struct lx_buf *out, const struct lx_similar_text *text)
{
	LX_CLOSE(lx_json_free) json_t *kept = kept_of(text);
	const char *id = json_string_value(json_object_get(kept, "id"));

	if (id != NULL)
		lx_buf_str(out, id);
	else
		lx_buf_int(out, text->id);
}

static void json_id(struct lx_json *json, const struct lx_similar_text *text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf id = { 0 };

	put_id(&id, text);
	lx_json_text(json, lx_buf_view(&id));
}

/* Text of an index is not known to be UTF-8: the file may be of another maker. */
static struct lx_text sound(struct lx_text text)
{
	return lx_utf8_valid(text.at, text.len, NULL) ? text : LX_TEXT_OF("?");
}

static void json_text(struct lx_json *json, const struct lx_similar_text *text)
{
	LX_CLOSE(lx_json_free) json_t *kept = kept_of(text);

	lx_json_key(json, "text");
	lx_json_text(json, sound(text->text));
	lx_json_key(json, "row");
	lx_json_open(json, '{');
	const char *key;
	json_t *value;
	json_object_foreach(kept, key, value)
	{
		if (!json_is_string(value) || strcmp(key, "id") == 0)
			continue;
		lx_json_key(json, key);
		lx_json_str(json, json_string_value(value));
	}
	lx_json_close(json, '}');
}

static void json_terms(struct lx_json *json, const struct lx_similar_hit *hit)
{
	lx_json_key(json, "terms");
	lx_json_open(json, '[');
	for (size_t t = 0; t < hit->terms_n; t++) {
		const struct lx_similar_term *term = &hit->terms[t];
		lx_json_open(json, '{');
		lx_json_key(json, "term");
		lx_json_text(json, term->text);
		if (term->instead.len > 0) {
			lx_json_key(json, "instead_of");
			lx_json_text(json, term->instead);
		}
		lx_json_key(json, "texts");
		lx_json_int(json, term->texts);
		lx_json_key(json, "weight");
		lx_json_real(json, term->weight);
		lx_json_key(json, "part");
		lx_json_real(json, term->part);
		lx_json_close(json, '}');
	}
	lx_json_close(json, ']');
}

static void json_hit(struct lx_json *json, const struct lx_similar_hit *hit)
{
	lx_json_open(json, '{');
	lx_json_key(json, "id");
	json_id(json, &hit->text);
	lx_json_key(json, "score");
	lx_json_real(json, hit->score);
	lx_json_key(json, "likeness");
	lx_json_real(json, hit->likeness);
	lx_json_key(json, "twin");
	lx_json_bool(json, hit->twin);
	lx_json_key(json, "near");
	lx_json_real(json, hit->near);
	lx_json_key(json, "same");
	lx_json_real(json, hit->same);
	json_terms(json, hit);
	json_text(json, &hit->text);
	lx_json_close(json, '}');
}

static void cell_id(struct lx_columns *table, const struct lx_similar_text *text)
{
	LX_CLOSE(lx_buf_close) struct lx_buf id = { 0 };

	put_id(&id, text);
	lx_columns_cell(table, lx_buf_view(&id));
}

/* The beginning of a text, on one line. */
static void cell_text(struct lx_columns *table, struct lx_text text)
{
	char line[TEXT_MOST + 1];

	text = sound(text);
	size_t n = lx_utf8_cut(text.at, text.len, TEXT_MOST);
	for (size_t i = 0; i < n; i++)
		line[i] = (unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ? ' ' : text.at[i];
	lx_columns_cell(table, (struct lx_text){ line, n });
}

static void cell_head(struct lx_cli *cli, struct lx_columns *table, const char *id)
{
	lx_columns_cell(table, lx_text(lx_tr(cli->lang, id)));
}

static void cell_terms(struct lx_columns *table, const struct lx_similar_hit *hit)
{
	LX_CLOSE(lx_buf_close) struct lx_buf list = { 0 };

	for (size_t t = 0; t < hit->terms_n && t < 6; t++) {
		lx_buf_printf(&list, t == 0 ? "" : ", ");
		lx_buf_text(&list, hit->terms[t].text);
		lx_buf_printf(&list, " %.2f", hit->terms[t].part);
	}
	lx_columns_cell(table, lx_buf_view(&list));
}

enum lx_code lx_similar_say_hits(struct lx_cli *cli, const struct lx_similar_hits *hits, bool json)
{
	struct lx_json out = { .out = &cli->out, .indent = 1 };
	struct lx_columns table = { .call = &cli->call, .align = "lrrlll" };

	if (json) {
		lx_json_open(&out, '[');
		for (size_t i = 0; i < hits->n; i++)
			json_hit(&out, &hits->at[i]);
		lx_json_close(&out, ']');
		lx_buf_char(&cli->out, '\n');
		return LX_OK;
	}
	if (hits->n == 0) {
		lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, "cli.similar_none"));
		return LX_OK;
	}
	static const char *const heads[] = { "cli.similar_id", "cli.similar_score",
		"cli.similar_likeness", "cli.similar_twin", "cli.similar_text",
		"cli.similar_terms" };
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		cell_head(cli, &table, heads[i]);
	for (size_t i = 0; i < hits->n; i++) {
		const struct lx_similar_hit *hit = &hits->at[i];
		cell_id(&table, &hit->text);
		lx_columns_printf(&table, "%.3f", hit->score);
		lx_columns_printf(&table, "%.0f %%", 100 * hit->likeness);
		lx_columns_cell(&table, lx_text(hit->twin ? "=" : ""));
		cell_text(&table, hit->text.text);
		cell_terms(&table, hit);
	}
	return lx_columns_write(&table, &cli->out);
}

static void json_members(struct lx_json *out, const struct lx_similar_groups *groups, size_t g,
	const struct lx_similar_text *texts)
{
	lx_json_key(out, "ids");
	lx_json_open(out, '[');
	for (uint32_t m = groups->start[g]; m < groups->start[g + 1]; m++)
		json_id(out, &texts[groups->members[m]]);
	lx_json_close(out, ']');
}

static void json_groups(struct lx_cli *cli, const struct lx_similar_groups *groups,
	const struct lx_similar_text *texts)
{
	struct lx_json out = { .out = &cli->out, .indent = 1 };

	lx_json_open(&out, '[');
	for (size_t g = 0; g < groups->n; g++) {
		lx_json_open(&out, '{');
		json_members(&out, groups, g, texts);
		lx_json_key(&out, "text");
		lx_json_text(&out, sound(texts[groups->members[groups->start[g]]].text));
		lx_json_close(&out, '}');
	}
	lx_json_close(&out, ']');
	lx_buf_char(&cli->out, '\n');
}

enum lx_code lx_similar_say_groups(struct lx_cli *cli, const struct lx_similar_groups *groups,
	const struct lx_similar_text *texts, bool json)
{
	struct lx_columns table = { .call = &cli->call, .align = "rll" };

	if (json) {
		json_groups(cli, groups, texts);
		return LX_OK;
	}
	if (groups->n == 0) {
		lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, "cli.similar_none"));
		return LX_OK;
	}
	cell_head(cli, &table, "cli.similar_group");
	cell_head(cli, &table, "cli.similar_id");
	cell_head(cli, &table, "cli.similar_text");
	for (size_t g = 0; g < groups->n; g++)
		for (uint32_t m = groups->start[g]; m < groups->start[g + 1]; m++) {
			const struct lx_similar_text *text = &texts[groups->members[m]];
			lx_columns_printf(&table, "%zu", g + 1);
			cell_id(&table, text);
			cell_text(&table, text->text);
		}
	return lx_columns_write(&table, &cli->out);
}

static void json_topics(struct lx_cli *cli, const struct lx_similar_topics *topics,
	const struct lx_similar_text *texts)
{
	struct lx_json out = { .out = &cli->out, .indent = 1 };

	lx_json_open(&out, '[');
	for (size_t g = 0; g < topics->groups.n; g++) {
		const struct lx_similar_topic *topic = &topics->at[g];
		lx_json_open(&out, '{');
		lx_json_key(&out, "terms");
		lx_json_open(&out, '[');
		for (size_t k = 0; k < topic->names_n; k++)
			lx_json_text(&out, topic->names[k]);
		lx_json_close(&out, ']');
		lx_json_key(&out, "size");
		lx_json_int(&out, topics->groups.start[g + 1] - topics->groups.start[g]);
		lx_json_key(&out, "leader");
		json_id(&out, &texts[topic->leader]);
		lx_json_key(&out, "text");
		lx_json_text(&out, sound(texts[topic->leader].text));
		json_members(&out, &topics->groups, g, texts);
		lx_json_close(&out, '}');
	}
	lx_json_close(&out, ']');
	lx_buf_char(&cli->out, '\n');
}

enum lx_code lx_similar_say_topics(struct lx_cli *cli, const struct lx_similar_topics *topics,
	const struct lx_similar_text *texts, bool json)
{
	static const char *const heads[] = { "cli.similar_size", "cli.similar_terms",
		"cli.similar_id", "cli.similar_text" };
	struct lx_columns table = { .call = &cli->call, .align = "rlll" };

	if (json) {
		json_topics(cli, topics, texts);
		return LX_OK;
	}
	if (topics->groups.n == 0) {
		lx_buf_printf(&cli->out, "%s\n", lx_tr(cli->lang, "cli.similar_none"));
		return LX_OK;
	}
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		cell_head(cli, &table, heads[i]);
	for (size_t g = 0; g < topics->groups.n; g++) {
		LX_CLOSE(lx_buf_close) struct lx_buf list = { 0 };
		const struct lx_similar_topic *topic = &topics->at[g];
		for (size_t k = 0; k < topic->names_n; k++) {
			lx_buf_str(&list, k == 0 ? "" : ", ");
			lx_buf_text(&list, topic->names[k]);
		}
		lx_columns_printf(
			&table, "%u", topics->groups.start[g + 1] - topics->groups.start[g]);
		lx_columns_cell(&table, lx_buf_view(&list));
		cell_id(&table, &texts[topic->leader]);
		cell_text(&table, texts[topic->leader].text);
	}
	return lx_columns_write(&table, &cli->out);
}
