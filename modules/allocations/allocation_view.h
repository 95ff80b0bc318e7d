/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the page of an allocation shows beside the general parts: methods side by side, the certificate, what the figures rest on. */
#ifndef LX_MODULES_ALLOCATIONS_ALLOCATION_VIEW_H
#define LX_MODULES_ALLOCATIONS_ALLOCATION_VIEW_H

#include "kernel/view/item.h"

/* A column is a method; the adopted one comes first and is tinted. `error` says why a method has no answer. */
struct lx_share_column {
	struct lx_words label;
	bool adopted;
	struct lx_words error;
};

/* `worse`: than standing alone. */
struct lx_share_cell {
	struct lx_words amount;
	bool adopted, worse, bad, good;
};

struct lx_share_row {
	struct lx_words who;
	struct lx_words alone;
	const struct lx_share_cell *cells;
	size_t cells_n;
	struct lx_share_cell gain; /* against standing alone, by the adopted method */
	bool total;
};

/* A group of members and how it fares. */
struct lx_share_group {
	struct lx_words who, how;
	bool objects;
};

/* The win-win certificate of one method, in words. */
struct lx_share_certificate {
	struct lx_words method;
	bool core;
	struct lx_words groups;  /* how many groups would do better by themselves */
	struct lx_words members; /* whether every member gains */
	const struct lx_share_group *tightest;
	size_t tightest_n;
};

/* A figure that was stated. */
struct lx_share_worth {
	struct lx_words who, amount, by, basis;
};

/* A member that takes part, while figures are being stated. */
struct lx_share_player {
	struct lx_words who;
	struct lx_state_view state;
};

struct lx_allocation_part {
	struct lx_words lead, lead_more;
	bool computed;
	struct lx_words unit, gain_label;
	const struct lx_share_column *columns;
	size_t columns_n;
	const struct lx_share_row *rows;
	size_t rows_n;
	const struct lx_share_certificate *adopted; /* NULL: none adopted yet */
	const struct lx_share_certificate *others;
	size_t others_n;
	struct lx_html chart;
	struct lx_words chart_note;
	struct lx_words apart; /* groups that do worse together than in two parts */
	struct lx_words filled;
	struct lx_words command;
	struct lx_address csv, game;
	struct lx_words stated_of; /* "12 of 62 groups stated" */
	const struct lx_share_player *players;
	size_t players_n;
	const struct lx_share_worth *worths;
	size_t worths_n;
	bool folded; /* so many figures that they are folded */
};

/* The left part of the page. */
void lx_module_view_allocation_part(
	struct lx_buf *out, const struct lx_view *view, const struct lx_allocation_part *part);
/* The stated figures as a table, and the groups of a certificate: parts of it. */
void lx_module_view_allocation_worths(
	struct lx_buf *out, const struct lx_view *view, const struct lx_allocation_part *part);
/* See above. */
void lx_module_view_allocation_groups(struct lx_buf *out, const struct lx_view *view,
	const struct lx_share_certificate *certificate);

#endif
