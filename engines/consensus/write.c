/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writing the files of a discussion as Polis exports them. */
#include "engines/consensus/inner.h"

#include "base/csv.h"
#include "base/time.h"

/* The datetime column: as it was read, else the moment in UTC. */
static void write_when(struct lx_buf *out, struct lx_text when, int64_t at)
{
	if (when.len > 0)
		lx_csv_write(out, when, ',');
	else if (at > 0 && at < INT64_C(253402300800000))
		lx_moment_write(out, at);
}

void lx_write_votes(struct lx_buf *out, const struct lx_discussion *discussion)
{
	lx_buf_str(out, "timestamp,datetime,comment-id,voter-id,vote\n");
	for (size_t i = 0; i < discussion->log_n; i++) {
		const struct lx_vote *vote = &discussion->log[i];
		lx_buf_int(out, vote->at);
		lx_buf_char(out, ',');
		if (!discussion->matrix)
			write_when(out,
				discussion->when == NULL ? (struct lx_text){ 0 }
							 : discussion->when[i],
				vote->at);
		lx_buf_printf(out, ",%lld,%lld,%d\n", (long long)vote->statement,
			(long long)vote->person, vote->stance);
	}
}

/* How many agreed and disagreed, in the matrix as it stands. */
static void count_statement(const struct lx_opinions *o, const uint32_t *tally, int64_t id,
	uint32_t *agrees, uint32_t *disagrees)
{
	size_t low = 0, high = o->statements;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (o->statement[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < o->statements && o->statement[low] == id;
	*agrees = found ? tally[LX_CELL(low, LX_AGREE)] : 0;
	*disagrees = found ? tally[LX_CELL(low, LX_DISAGREE)] : 0;
}

enum lx_code lx_write_comments(struct lx_call *call, struct lx_buf *out,
	const struct lx_discussion *discussion, const struct lx_opinions *opinions)
{
	uint32_t *tally = lx_array(call, 4 * opinions->statements, sizeof *tally);
	uint32_t agrees, disagrees;

	if (tally == NULL)
		return LX_BROKEN;
	for (size_t i = 0; i < opinions->from[opinions->people]; i++)
		tally[opinions->cell[i]]++;
	lx_buf_printf(out,
		"timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,%s"
		"comment-body\n",
		discussion->described ? "is-meta,is-seed," : "");
	for (size_t i = 0; i < discussion->comment_n; i++) {
		const struct lx_comment *c = &discussion->comment[i];
		count_statement(opinions, tally, c->id, &agrees, &disagrees);
		lx_buf_int(out, c->at);
		lx_buf_char(out, ',');
		write_when(out, c->when, c->at);
		lx_buf_printf(out, ",%lld,%lld,%u,%u,%d,", (long long)c->id, (long long)c->author,
			agrees, disagrees, c->moderated);
		if (discussion->described)
			lx_buf_printf(out, "%s,%s,", c->meta ? "true" : "false",
				c->seed ? "true" : "false");
		lx_csv_write(out, c->body, ',');
		lx_buf_char(out, '\n');
	}
	return LX_OK;
}

static void write_row(struct lx_buf *out, const struct lx_opinions *o, size_t row)
{
	size_t said[4] = { 0 }, v = o->from[row];

	for (size_t i = v; i < o->from[row + 1]; i++)
		said[o->cell[i] & 3]++;
	lx_buf_printf(out, ",%zu,%zu,%zu", o->from[row + 1] - v, said[2], said[0]);
	for (size_t j = 0; j < o->statements; j++) {
		lx_buf_char(out, ',');
		if (v < o->from[row + 1] && LX_CELL_STATEMENT(o->cell[v]) == j)
			lx_buf_int(out, LX_CELL_STANCE(o->cell[v++]));
	}
	lx_buf_char(out, '\n');
}

enum lx_code lx_write_people(struct lx_call *call, struct lx_buf *out,
	const struct lx_discussion *discussion, const struct lx_opinions *o, const uint8_t *group)
{
	bool kinds = false;
	struct ids ids;
	size_t place;

	LX_TRY(lx_ground_ids_open(call, &ids));
	for (size_t i = 0; i < discussion->person_n; i++)
		LX_TRY(lx_ground_ids_add(call, &ids, discussion->person[i].id, &place));
	for (size_t row = 0; row < o->people && o->kind != NULL; row++)
		kinds |= o->kind[row] != LX_CITIZEN;
	lx_buf_printf(out, "participant,%sgroup-id,n-comments,%sn-votes,n-agree,n-disagree",
		discussion->outer ? "xid," : "", kinds ? "kind," : "");
	for (size_t j = 0; j < o->statements; j++)
		lx_buf_printf(out, ",%lld", (long long)o->statement[j]);
	lx_buf_char(out, '\n');
	for (size_t row = 0; row < o->people; row++) {
		struct lx_person about = { 0 };
		place = lx_ground_ids_find(&ids, o->person[row]);
		if (place != SIZE_MAX)
			about = discussion->person[place];
		lx_buf_printf(out, "%lld,", (long long)o->person[row]);
		if (discussion->outer) {
			lx_csv_write(out, about.outer, ',');
			lx_buf_char(out, ',');
		}
		if (group != NULL && group[row] != LX_NO_GROUP)
			lx_buf_int(out, group[row]);
		lx_buf_printf(out, ",%lld", (long long)about.comments);
		if (kinds)
			lx_buf_printf(out, ",%s", lx_voter_names[o->kind[row]]);
		write_row(out, o, row);
	}
	return LX_OK;
}
