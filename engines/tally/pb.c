/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A Pabulib file in, the same file out. */
#include "engines/tally/pb_inner.h"

#include <string.h>

enum lx_code lx_pb_read(struct lx_call *call, struct lx_text text, struct lx_pb *pb)
{
	return lx_pb_read_from(call, &(struct lx_pb_source){ .text = text }, pb);
}

enum lx_code lx_pb_read_from(
	struct lx_call *call, const struct lx_pb_source *source, struct lx_pb *pb)
{
	struct lx_pb read = { 0 };
	struct lx_pb_reader reader = { .call = call, .pb = &read, .voters = source->voters };

	reader.csv = (struct lx_csv){ .text = source->text, .separator = ';' };
	reader.fields = lx_array(call, LX_PB_COLUMNS_MAX, sizeof *reader.fields);
	reader.notices = lx_array(call, LX_PB_NOTICES_MAX, sizeof *reader.notices);
	if (reader.fields == NULL || reader.notices == NULL)
		return LX_BROKEN;
	read.notices = reader.notices;
	if (source->projects.at != NULL)
		LX_TRY(lx_pb_read_tables(&reader, source));
	else
		LX_TRY(lx_pb_read_head(&reader));
	LX_TRY(lx_pb_read_votes(&reader));
	*pb = read;
	return LX_OK;
}

/* Quoted only where the format needs it; nothing is changed for spreadsheets, unlike lx_csv_write. */
static void write_field(struct lx_buf *out, struct lx_text field)
{
	bool quote = false;

	for (size_t i = 0; i < field.len && !quote; i++)
		quote = memchr(";\"\r\n", field.at[i], 4) != NULL;
	if (!quote) {
		lx_buf_text(out, field);
		return;
	}
	lx_buf_char(out, '"');
	for (size_t i = 0; i < field.len; i++) {
		if (field.at[i] == '"')
			lx_buf_char(out, '"');
		lx_buf_char(out, field.at[i]);
	}
	lx_buf_char(out, '"');
}

static void write_row(struct lx_buf *out, const struct lx_text *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			lx_buf_char(out, ';');
		write_field(out, fields[i]);
	}
	lx_buf_char(out, '\n');
}

/* The columns of a ballot itself; all others say something about the voter. */
static bool of_ballot(struct lx_text column)
{
	return lx_word_in(column, "voter_id vote points");
}

static void write_vote_row(struct lx_buf *out, const struct lx_pb *pb,
	const struct lx_csv_field *fields, size_t n, bool plain)
{
	bool some = false;

	for (size_t i = 0; i < n; i++) {
		if (plain && !of_ballot(pb->vote_columns[i]))
			continue;
		if (some)
			lx_buf_char(out, ';');
		some = true;
		write_field(out, fields[i].text);
	}
	lx_buf_char(out, '\n');
}

static enum lx_code write_votes(
	struct lx_call *call, const struct lx_pb *pb, bool plain, struct lx_buf *out)
{
	struct lx_csv_field *fields = lx_array(call, LX_PB_COLUMNS_MAX, sizeof *fields);
	struct lx_csv csv = { .text = pb->votes,
		.separator = pb->separator,
		.line = pb->votes_line,
		.next_line = pb->votes_line };
	size_t n;

	if (fields == NULL)
		return LX_BROKEN;
	for (;;) {
		struct lx_arena_mark mark = lx_arena_here(call->arena);
		LX_TRY(lx_csv_row(call, &csv, fields, LX_PB_COLUMNS_MAX, &n));
		if (n == 0)
			return LX_OK;
		if (n == 1 && lx_text_trim(fields[0].text).len == 0)
			continue;
		write_vote_row(out, pb, fields, n, plain);
		lx_arena_back(call->arena, mark);
	}
}

static enum lx_code write_all(
	struct lx_call *call, const struct lx_pb *pb, bool plain, struct lx_buf *out)
{
	struct lx_csv_field *heads = lx_array(call, pb->vote_columns_n, sizeof *heads);
	size_t columns = pb->project_columns_n;

	if (heads == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < pb->vote_columns_n; i++)
		heads[i].text = pb->vote_columns[i];
	lx_buf_str(out, "META\nkey;value\n");
	for (size_t i = 0; i < pb->meta_n; i++)
		write_row(out, pb->meta[i], 2);
	lx_buf_str(out, "PROJECTS\n");
	write_row(out, pb->project_columns, columns);
	for (size_t p = 0; p < pb->election.projects_n; p++)
		write_row(out, pb->project_cells + p * columns, columns);
	lx_buf_str(out, "VOTES\n");
	write_vote_row(out, pb, heads, pb->vote_columns_n, plain);
	LX_TRY(write_votes(call, pb, plain, out));
	if (lx_buf_failed(out))
		return lx_fail(call, LX_BROKEN, NULL, "base.memory", NULL);
	return LX_OK;
}

enum lx_code lx_pb_write(struct lx_call *call, const struct lx_pb *pb, struct lx_buf *out)
{
	return write_all(call, pb, false, out);
}

enum lx_code lx_pb_write_plain(struct lx_call *call, const struct lx_pb *pb, struct lx_buf *out)
{
	return write_all(call, pb, true, out);
}
