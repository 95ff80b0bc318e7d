/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pages of a round: ballot, roll, looking a ballot up. Not for other modules. */
#ifndef LX_MODULES_ROUNDS_ROUND_PAGES_H
#define LX_MODULES_ROUNDS_ROUND_PAGES_H

#include "kernel/pages/pages.h"
#include "kernel/pages/small_form.h"
#include "kernel/view/form.h"
#include "modules/rounds/rounds.h"

/* One project of the ballot. */
struct lx_ballot_line {
	struct lx_text id, code;
	struct lx_words title, member, price;
	struct lx_text minor; /* the price in minor units, for the script's sum */
	struct lx_link_view more;
	bool chosen;
};

/* The ballot: any number of boxes ticked, sent to a page that asks to confirm. */
struct lx_ballot_page {
	struct lx_frame frame;
	struct lx_words above, heading, intro;
	struct lx_words count, budget;
	struct lx_words said, left,
		over; /* how the script tells the sum, what is left, by how much it is over */
	struct lx_link_view how;
	struct lx_note note;
	struct lx_address action;
	struct lx_text csrf;
	struct lx_text minor, places, currency; /* of the budget */
	const struct lx_ballot_line *lines;
	size_t lines_n;
	bool open; /* the reader may vote here now */
};

/* Looking a ballot up by its tracking number. */
struct lx_track_page {
	struct lx_frame frame;
	struct lx_words above, heading, intro;
	struct lx_address above_link, action;
	struct lx_text typed;
	struct lx_note note;
	struct lx_fact_group facts;
};

/* The roll, in pages. */
struct lx_roll_page {
	struct lx_frame frame;
	struct lx_words above, heading, intro;
	struct lx_address above_link;
	struct lx_fact_group facts;
	struct lx_grid turnout, roll;
	struct lx_link_view next;
};

/* What one member looks at of another's part of the roll. */
struct lx_sample_page {
	struct lx_frame frame;
	struct lx_words above, heading, intro;
	struct lx_address above_link;
	const struct lx_grid *tables;
	size_t tables_n;
	struct lx_link_view act;
};

/* The templates of the pages. */
void lx_module_view_round_ballot(
	struct lx_buf *out, const struct lx_view *view, const struct lx_ballot_page *page);
/* Looking up. */
void lx_module_view_round_track(
	struct lx_buf *out, const struct lx_view *view, const struct lx_track_page *page);
/* The roll. */
void lx_module_view_round_roll(
	struct lx_buf *out, const struct lx_view *view, const struct lx_roll_page *page);

/* The samples. */
void lx_module_view_round_sample(
	struct lx_buf *out, const struct lx_view *view, const struct lx_sample_page *page);

/* A round and its reader, as every page here begins; by the address's number. */
struct lx_round_reader {
	struct lx_reader reader;
	const struct lx_shape *shape;
	struct lx_record record;
	struct lx_entrant *entrants;
	size_t n;
};
LX_CHECK enum lx_code lx_round_open(struct lx_request *request, struct lx_round_reader *r);
void lx_round_end(struct lx_round_reader *r);

/* The title of an entrant, or of its project; the round's name; an amount. */
struct lx_words lx_round_title(const struct lx_round_reader *r, const struct lx_entrant *entrant);
struct lx_words lx_round_name(const struct lx_round_reader *r);
struct lx_words lx_round_money(const struct lx_round_reader *r, int64_t minor);
struct lx_words lx_round_words(const struct lx_round_reader *r, const char *id);
struct lx_address lx_round_address(const struct lx_round_reader *r, const char *below);

/* A table of `rows_n` rows with the heads' keys; all but the first column are figures. The cells are row by row. */
LX_CHECK enum lx_code lx_round_grid(const struct lx_round_reader *r, const char *const *heads,
	size_t columns_n, size_t rows_n, struct lx_grid *grid, struct lx_cell **cells);

#endif
