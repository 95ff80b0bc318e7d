/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Reading the files that Polis exports: the log of votes, the statements, the people with their votes;
 * and a plain matrix, which is the last of these with fewer columns. Columns are found by name, in any
 * order; columns we do not know are passed over.
 */
#include "engines/consensus/inner.h"

#include "base/csv.h"

#include <string.h>

#define COLUMNS_MOST (LX_STATEMENTS_MOST + 32)

/* A file being read: its head and the row at hand. */
struct sheet {
	struct lx_call *call;
	struct lx_csv csv;
	struct lx_csv_field *field;
	size_t n, width;
	struct lx_text *head;
};

static size_t column(const struct sheet *sheet, const char *name)
{
	for (size_t i = 0; i < sheet->width; i++)
		if (lx_text_is(sheet->head[i], name))
			return i;
	return SIZE_MAX;
}

static enum lx_code bad_cell(const struct sheet *sheet, size_t at, const char *msgid)
{
	struct lx_text text = sheet->field[at].text;

	return lx_fault_at(&sheet->call->fault, LX_INVALID, sheet->csv.line,
		sheet->field[at].column, msgid, "%.*s", (int)(text.len < 60 ? text.len : 60),
		text.at);
}

static enum lx_code must_have(
	const struct sheet *sheet, const char *const *names, size_t n, size_t *at)
{
	for (size_t i = 0; i < n; i++) {
		at[i] = column(sheet, names[i]);
		if (at[i] == SIZE_MAX)
			return lx_fault_at(&sheet->call->fault, LX_INVALID, 1, 0,
				"consensus.column_missing", "%s", names[i]);
	}
	return LX_OK;
}

/* The next row; *some is false at the end. Empty lines are passed over, short rows refused. */
static enum lx_code next_row(struct sheet *sheet, bool *some)
{
	do {
		LX_TRY(lx_csv_row(sheet->call, &sheet->csv, sheet->field, sheet->width, &sheet->n));
		*some = sheet->n > 0;
	} while (sheet->n == 1 && sheet->width > 1 && sheet->field[0].text.len == 0);
	if (*some && sheet->n < sheet->width)
		return lx_fault_at(&sheet->call->fault, LX_INVALID, sheet->csv.line, 0,
			"consensus.row_short", "%zu, %zu", sheet->n, sheet->width);
	return LX_OK;
}

static enum lx_code open_sheet(struct lx_call *call, struct lx_text file, struct sheet *sheet)
{
	*sheet = (struct sheet){ .call = call, .csv = { .text = file, .separator = ',' } };
	sheet->field = lx_array(call, COLUMNS_MOST, sizeof *sheet->field);
	if (sheet->field == NULL)
		return LX_BROKEN;
	LX_TRY(lx_csv_row(call, &sheet->csv, sheet->field, COLUMNS_MOST, &sheet->width));
	sheet->head = lx_array(call, sheet->width, sizeof *sheet->head);
	if (sheet->head == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < sheet->width; i++) {
		sheet->head[i] = lx_text_trim(sheet->field[i].text);
		for (size_t before = 0; before < i && i < 32; before++)
			if (lx_text_equal(sheet->head[before], sheet->head[i]))
				return bad_cell(sheet, i, "consensus.column_twice");
	}
	return LX_OK;
}

static enum lx_code whole(const struct sheet *sheet, size_t at, int64_t *number)
{
	if (lx_text_int(lx_text_trim(sheet->field[at].text), number))
		return LX_OK;
	return bad_cell(sheet, at, "consensus.number");
}

/* Numbers of people and statements count from 0. */
static enum lx_code ident(const struct sheet *sheet, size_t at, int64_t *number)
{
	LX_TRY(whole(sheet, at, number));
	return *number >= 0 ? LX_OK : bad_cell(sheet, at, "consensus.number_from_0");
}

static enum lx_code stance(const struct sheet *sheet, size_t at, int8_t *said)
{
	struct lx_text text = lx_text_trim(sheet->field[at].text);

	if (text.len == 1 && (text.at[0] == '1' || text.at[0] == '0')) {
		*said = (int8_t)(text.at[0] - '0');
		return LX_OK;
	}
	if (text.len == 2 && text.at[0] == '-' && text.at[1] == '1') {
		*said = LX_DISAGREE;
		return LX_OK;
	}
	return bad_cell(sheet, at, "consensus.stance");
}

/* A flag of a newer export: true, false, 1, 0 or nothing. */
static bool yes(const struct sheet *sheet, size_t at)
{
	if (at == SIZE_MAX)
		return false;
	struct lx_text text = lx_text_trim(sheet->field[at].text);
	return lx_text_is(text, "1") || lx_text_is(text, "true") || lx_text_is(text, "TRUE") ||
	       lx_text_is(text, "t");
}

/* At most how many rows there are. */
static size_t lines_in(struct lx_text file)
{
	size_t n = 1;

	for (size_t i = 0; i < file.len; i++)
		n += file.at[i] == '\n' || file.at[i] == '\r';
	return n;
}

static enum lx_code read_log(struct lx_call *call, struct sheet *sheet, struct lx_discussion *d)
{
	static const char *const names[] = { "timestamp", "comment-id", "voter-id", "vote" };
	size_t at[4], n = 0, most = lines_in(sheet->csv.text);
	size_t when = column(sheet, "datetime");
	struct lx_vote *log = lx_array(call, most, sizeof *log);
	struct lx_text *whens = lx_array(call, most, sizeof *whens);
	bool some;

	LX_TRY(must_have(sheet, names, 4, at));
	if (log == NULL || whens == NULL)
		return LX_BROKEN;
	if (d->log != NULL && !d->matrix)
		return lx_fault_at(&call->fault, LX_INVALID, 1, 0, "consensus.twice", "votes.csv");
	for (;; n++) {
		LX_TRY(next_row(sheet, &some));
		if (!some)
			break;
		LX_TRY(whole(sheet, at[0], &log[n].at));
		LX_TRY(ident(sheet, at[1], &log[n].statement));
		LX_TRY(ident(sheet, at[2], &log[n].person));
		LX_TRY(stance(sheet, at[3], &log[n].stance));
		if (when != SIZE_MAX)
			whens[n] = sheet->field[when].text;
	}
	d->log = log;
	d->when = when == SIZE_MAX ? NULL : whens;
	d->log_n = n;
	d->matrix = false;
	return LX_OK;
}

static enum lx_code read_comments(
	struct lx_call *call, struct sheet *sheet, struct lx_discussion *d)
{
	static const char *const names[] = { "comment-id", "moderated" };
	size_t at[2], n = 0;
	size_t moment = column(sheet, "timestamp"), when = column(sheet, "datetime");
	size_t author = column(sheet, "author-id"), body = column(sheet, "comment-body");
	size_t meta = column(sheet, "is-meta"), seed = column(sheet, "is-seed");
	struct lx_comment *comment = lx_array(call, lines_in(sheet->csv.text), sizeof *comment);
	struct ids ids;
	bool some;

	LX_TRY(must_have(sheet, names, 2, at));
	LX_TRY(lx_ground_ids_open(call, &ids));
	if (comment == NULL)
		return LX_BROKEN;
	if (d->comment != NULL)
		return lx_fault_at(
			&call->fault, LX_INVALID, 1, 0, "consensus.twice", "comments.csv");
	for (;; n++) {
		int64_t moderated;
		size_t place;
		LX_TRY(next_row(sheet, &some));
		if (!some)
			break;
		LX_TRY(ident(sheet, at[0], &comment[n].id));
		LX_TRY(whole(sheet, at[1], &moderated));
		LX_TRY(lx_ground_ids_add(call, &ids, comment[n].id, &place));
		if (place != n)
			return bad_cell(sheet, at[0], "consensus.id_twice");
		if (moderated < -1 || moderated > 1)
			return bad_cell(sheet, at[1], "consensus.moderated");
		if (moment != SIZE_MAX)
			LX_TRY(whole(sheet, moment, &comment[n].at));
		if (author != SIZE_MAX && sheet->field[author].text.len > 0)
			LX_TRY(whole(sheet, author, &comment[n].author));
		if (when != SIZE_MAX)
			comment[n].when = sheet->field[when].text;
		if (body != SIZE_MAX)
			comment[n].body = sheet->field[body].text;
		comment[n].moderated = (int8_t)moderated;
		comment[n].meta = yes(sheet, meta);
		comment[n].seed = yes(sheet, seed);
	}
	d->comment = comment;
	d->comment_n = n;
	d->described = meta != SIZE_MAX;
	return LX_OK;
}

/* Columns of people that are not statements. */
enum { AT_PARTICIPANT, AT_OUTER, AT_GROUP, AT_COMMENTS, AT_VOTES, AT_AGREE, AT_DISAGREE, AT_KIND };
static const char *const known[] = { "participant", "xid", "group-id", "n-comments", "n-votes",
	"n-agree", "n-disagree", "kind" };
#define KNOWN (sizeof known / sizeof known[0])

/* Which statement each column is; -1 for the others. */
static enum lx_code read_head(struct sheet *sheet, size_t at[KNOWN], int64_t *statement)
{
	struct ids ids;
	size_t place, n = 0;

	LX_TRY(lx_ground_ids_open(sheet->call, &ids));
	for (size_t k = 0; k < KNOWN; k++)
		at[k] = column(sheet, known[k]);
	for (size_t i = 0; i < sheet->width; i++) {
		bool other = false;
		statement[i] = -1;
		for (size_t k = 0; k < KNOWN; k++)
			other |= at[k] == i;
		if (other)
			continue;
		if (!lx_text_int(sheet->head[i], &statement[i]) || statement[i] < 0)
			return bad_cell(sheet, i, "consensus.column_name");
		LX_TRY(lx_ground_ids_add(sheet->call, &ids, statement[i], &place));
		if (place != n++)
			return bad_cell(sheet, i, "consensus.column_twice");
	}
	return must_have(sheet, known, 1, at);
}

static enum lx_code read_person(
	const struct sheet *sheet, const size_t at[KNOWN], struct lx_person *person)
{
	LX_TRY(ident(sheet, at[AT_PARTICIPANT], &person->id));
	if (at[AT_OUTER] != SIZE_MAX)
		person->outer = sheet->field[at[AT_OUTER]].text;
	if (at[AT_COMMENTS] != SIZE_MAX)
		LX_TRY(whole(sheet, at[AT_COMMENTS], &person->comments));
	person->kind = LX_CITIZEN;
	if (at[AT_KIND] == SIZE_MAX || sheet->field[at[AT_KIND]].text.len == 0)
		return LX_OK;
	for (enum lx_voter kind = LX_CITIZEN; kind < LX_VOTERS; kind++)
		if (lx_text_is(
			    lx_text_trim(sheet->field[at[AT_KIND]].text), lx_voter_names[kind])) {
			person->kind = kind;
			return LX_OK;
		}
	return bad_cell(sheet, at[AT_KIND], "consensus.kind");
}

/* The votes of a row, as a log whose moments are the rows. */
static enum lx_code read_cells(const struct sheet *sheet, const int64_t *statement, int64_t row,
	int64_t person, struct lx_discussion *d)
{
	for (size_t i = 0; i < sheet->width; i++) {
		if (statement[i] < 0 || sheet->field[i].text.len == 0)
			continue;
		struct lx_vote *vote = &d->log[d->log_n];
		*vote = (struct lx_vote){ .person = person, .statement = statement[i], .at = row };
		LX_TRY(stance(sheet, i, &vote->stance));
		d->log_n++;
	}
	return LX_OK;
}

/* Each vote holds one digit, 0 or 1: no file has more votes than such digits. */
static size_t votes_at_most(struct lx_text file)
{
	size_t n = 0;

	for (size_t i = 0; i < file.len; i++)
		n += file.at[i] == '0' || file.at[i] == '1';
	return n;
}

static enum lx_code read_people(struct lx_call *call, struct sheet *sheet, struct lx_discussion *d)
{
	size_t at[KNOWN], place, most = lines_in(sheet->csv.text), n = 0;
	int64_t *statement = lx_array(call, sheet->width, sizeof *statement);
	bool votes = d->log == NULL, some;
	struct ids ids;

	d->person = lx_array(call, most, sizeof *d->person);
	if (votes)
		d->log = lx_array(call, votes_at_most(sheet->csv.text), sizeof *d->log);
	if (statement == NULL || d->person == NULL || d->log == NULL)
		return LX_BROKEN;
	d->matrix |= votes;
	LX_TRY(read_head(sheet, at, statement));
	LX_TRY(lx_ground_ids_open(call, &ids));
	for (;; n++) {
		LX_TRY(next_row(sheet, &some));
		if (!some)
			break;
		LX_TRY(read_person(sheet, at, &d->person[n]));
		LX_TRY(lx_ground_ids_add(call, &ids, d->person[n].id, &place));
		if (place != n)
			return bad_cell(sheet, at[AT_PARTICIPANT], "consensus.id_twice");
		if (votes)
			LX_TRY(read_cells(sheet, statement, (int64_t)n, d->person[n].id, d));
	}
	d->person_n = n;
	d->outer = at[AT_OUTER] != SIZE_MAX;
	return LX_OK;
}

enum kind { UNKNOWN, VOTES, COMMENTS, PEOPLE };

static enum kind kind_of(const struct sheet *sheet)
{
	if (column(sheet, "participant") != SIZE_MAX)
		return PEOPLE;
	if (column(sheet, "voter-id") != SIZE_MAX || column(sheet, "vote") != SIZE_MAX)
		return VOTES;
	if (column(sheet, "moderated") != SIZE_MAX || column(sheet, "comment-body") != SIZE_MAX)
		return COMMENTS;
	return UNKNOWN;
}

enum lx_code lx_discussion_read(
	struct lx_call *call, struct lx_text file, struct lx_discussion *discussion)
{
	struct lx_discussion made = *discussion;
	struct sheet sheet;
	enum lx_code code;

	LX_TRY(open_sheet(call, file, &sheet));
	switch (kind_of(&sheet)) {
	case VOTES:
		code = read_log(call, &sheet, &made);
		break;
	case COMMENTS:
		code = read_comments(call, &sheet, &made);
		break;
	case PEOPLE:
		if (made.person != NULL)
			return lx_fault_at(&call->fault, LX_INVALID, 1, 0, "consensus.twice",
				"participants-votes.csv");
		code = read_people(call, &sheet, &made);
		break;
	default:
		return lx_fault_at(&call->fault, LX_INVALID, 1, 0, "consensus.sheet_unknown", NULL);
	}
	if (code == LX_OK)
		*discussion = made;
	return code;
}

/* Flags of statements by id, kinds of people by id. */
enum lx_code lx_discussion_opinions(
	struct lx_call *call, const struct lx_discussion *discussion, struct lx_opinions *opinions)
{
	struct lx_opinions made;
	size_t place;
	struct ids ids;

	LX_TRY(lx_opinions_build(call, discussion->log, discussion->log_n, &made));
	LX_TRY(lx_ground_ids_open(call, &ids));
	for (size_t j = 0; j < made.statements; j++)
		LX_TRY(lx_ground_ids_add(call, &ids, made.statement[j], &place));
	for (size_t i = 0; i < discussion->comment_n; i++) {
		const struct lx_comment *comment = &discussion->comment[i];
		place = lx_ground_ids_find(&ids, comment->id);
		if (place != SIZE_MAX)
			made.flag[place] =
				(uint8_t)((comment->moderated < 0 ? LX_STATEMENT_REJECTED : 0) |
					  (comment->meta ? LX_STATEMENT_META : 0));
	}
	LX_TRY(lx_ground_ids_open(call, &ids));
	for (size_t i = 0; i < made.people; i++)
		LX_TRY(lx_ground_ids_add(call, &ids, made.person[i], &place));
	for (size_t i = 0; i < discussion->person_n; i++) {
		place = lx_ground_ids_find(&ids, discussion->person[i].id);
		if (place != SIZE_MAX)
			made.kind[place] = (uint8_t)discussion->person[i].kind;
	}
	*opinions = made;
	return LX_OK;
}
