/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The frame around every page, and the parts that many pages share: cells, tables, facts, links, notes.
 *
 * Conventions of all page structs: an array `x` of `x_n` things; empty text, a zero address or a zero number
 * means that there is none and nothing is printed; everything is borrowed until the page is printed. Text is
 * in the reader's language already; struct lx_words may be in another one.
 */
#ifndef LX_KERNEL_VIEW_FRAME_H
#define LX_KERNEL_VIEW_FRAME_H

#include "kernel/view/view.h"

/* The same page in other forms, for "this page as". */
struct lx_exports {
	struct lx_address csv, json, atom;
};

struct lx_frame {
	struct lx_words title; /* before the region's name in <title>; empty on the home page */
	bool faulty; /* the page reports an error in what was sent: title begins "Error:" */
	struct lx_words region;  /* name in the masthead */
	struct lx_words tagline; /* small line under it: how many members, which provinces */
	struct lx_words sample;  /* demonstration only: what is real and what invented */
	struct lx_words notice;  /* read-only, maintenance, replica: one sentence with the time */
	struct lx_text theme;    /* "light", "dark"; empty: as the reader's machine says */
	bool large;              /* large type is on */
	struct lx_address size;  /* this page in the other type size */
	struct lx_address language; /* this page in the other language */
	const struct lx_link_view
		*sections; /* main navigation: only what the charter has switched on */
	size_t sections_n;
	struct lx_link_view act; /* the one solid button of every page; empty label: none */
	const struct lx_link_view
		*crumbs; /* from the section down; the last has no address. Home is added */
	size_t crumbs_n;
	struct lx_text search; /* what the search field holds */
	struct lx_text person; /* how the signed-in account is called; empty: nobody is signed in */
	int64_t waiting;       /* things on the desk */
	struct lx_text csrf;   /* for the sign-out form */
	int64_t entry;         /* № of the last entry that touched what the page shows */
	struct lx_address verify; /* "verify it yourself" */
	struct lx_exports exports;
	const struct lx_link_view
		*foot; /* charter, secretariat, accessibility, personal data, API */
	size_t foot_n;
};

/* The phone's table of contents, and the search page without script: /menu. */
struct lx_menu_page {
	struct lx_frame frame;
};

/* --- cells and tables ------------------------------------------------------------------------ */

enum lx_cell_kind {
	LX_CELL_TEXT,
	LX_CELL_TITLE,  /* what the row is about: a link in bold; on phones a line of its own */
	LX_CELL_REF,    /* a number or code that refers; grey, not broken; first on phones */
	LX_CELL_NUMBER, /* right-aligned figures */
	LX_CELL_DATE,   /* not broken figures, left */
	LX_CELL_SMALL   /* secondary: small type */
};

/* How `under` is coloured; only what is late, due or done has a colour. */
enum lx_tone { LX_TONE_PLAIN, LX_TONE_BAD, LX_TONE_WARN, LX_TONE_GOOD };

/* One cell: a state mark, or words with or without link, and a second grey line. Numbers and dates come as
 * words too, made with format.h, or as `bar`: HTML of lx_svg_bar beside a figure. */
struct lx_cell {
	enum lx_cell_kind kind;
	struct lx_state_view state;
	struct lx_words words;
	struct lx_address link;
	struct lx_address image; /* shown small, the words beside it */
	struct lx_html bar;
	struct lx_words under;
	struct lx_address under_link;
	enum lx_tone tone;
	struct lx_words
		phone; /* what phones say behind a figure whose column head they do not show: " backers" */
};

/* A head; `kind` aligns it as its cells. */
struct lx_column {
	enum lx_cell_kind kind;
	struct lx_words label;
	struct lx_address sort; /* sorts by this column */
	bool sorted;
};

/* A row has as many cells as its table has columns. */
struct lx_grid_row {
	const struct lx_cell *cells;
	size_t cells_n;
	bool total;   /* closes an account: the double rule */
	bool current; /* tinted: the one that is open */
};

struct lx_grid {
	struct lx_words caption;
	struct lx_words unit; /* at the right of the caption */
	const struct lx_column *columns;
	size_t columns_n;
	const struct lx_grid_row *rows;
	size_t rows_n;
	struct lx_html printed;   /* rows of lx_view_row, before or instead of those */
	struct lx_words empty;    /* said in place of rows */
	struct lx_link_view more; /* all of them, where only some are shown */
	bool compare; /* figures to be compared: phones scroll it sideways instead of stacking rows */
};

/* --- facts, notes, acts ---------------------------------------------------------------------- */

/* Label left, value right; further values each on a line of their own. */
struct lx_fact {
	struct lx_words label;
	const struct lx_cell *values;
	size_t values_n;
};

/* A rule at the left. One per screen. */
struct lx_note {
	enum lx_tone tone;
	struct lx_words strong; /* first words */
	struct lx_words words;
	struct lx_link_view link;
};

/* An act that may be offered: a link to its form, or a button that posts at once what needs no input.
 * Where it is not possible now, `reason` says why and it is listed without link. */
struct lx_act_view {
	struct lx_words label;
	struct lx_address address;
	struct lx_words reason;
	bool posts;          /* a form with `csrf` and `once`, posted to the address */
	bool main;           /* the page's main step: solid */
	struct lx_text csrf; /* of the session */
	struct lx_text once; /* one-time number: the idempotency key */
};

/* One line of the latest acts: who did what to which record, its № in the margin. */
struct lx_latest {
	int64_t at, entry;
	struct lx_words who;  /* authority, "a resident", the clock */
	struct lx_words what; /* the act in words */
	struct lx_link_view record;
	struct lx_words under; /* title of the record */
};

/* A link in a list at the side, with a grey line. */
struct lx_side_link {
	struct lx_link_view link;
	struct lx_state_view state;
	struct lx_words under;
};

/* A list at the side: similar records, what follows from this. */
struct lx_side_list {
	struct lx_words heading;
	struct lx_link_view more;
	struct lx_words intro;
	const struct lx_side_link *links;
	size_t links_n;
};

/* The parts alone, for pages that modules write themselves. The frame is a layout: {{<frame frame}}. */
void lx_view_table(struct lx_buf *out, const struct lx_view *view, const struct lx_grid *table);
void lx_view_row(struct lx_buf *out, const struct lx_view *view, const struct lx_grid_row *row);
void lx_view_fact(struct lx_buf *out, const struct lx_view *view, const struct lx_fact *fact);
void lx_view_note(struct lx_buf *out, const struct lx_view *view, const struct lx_note *note);
void lx_view_act(struct lx_buf *out, const struct lx_view *view, const struct lx_act_view *act);
void lx_view_side_list(
	struct lx_buf *out, const struct lx_view *view, const struct lx_side_list *list);
/* The whole menu page. */
void lx_view_menu(struct lx_buf *out, const struct lx_view *view, const struct lx_menu_page *page);

#endif
