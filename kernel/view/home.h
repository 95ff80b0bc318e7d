/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pages that gather: home, the desk, a section of lists. */
#ifndef LX_KERNEL_VIEW_HOME_H
#define LX_KERNEL_VIEW_HOME_H

#include "kernel/view/form.h"

/* --- the tile map ---------------------------------------------------------------------------- */

#define LX_TILE_ROWS    12
#define LX_TILE_COLUMNS 12

/* Three classes: meets the target, near it, under it. */
enum lx_tile_class { LX_TILE_PLAIN, LX_TILE_NEAR, LX_TILE_UNDER };

/* A member's tile at row and column (from 1; beyond the limits above it is not placed). */
struct lx_tile {
	int row, column;
	struct lx_words name;
	struct lx_text figure; /* "95.4"; may be empty */
	struct lx_address address;
	enum lx_tile_class class;
	bool line_above, line_left; /* where provinces meet */
};

/* Words on the map: a province, a lake. */
struct lx_tile_label {
	int row, column, span; /* span in columns, 1 to 4 */
	struct lx_words words;
	bool centred;
};

/* A line of the key: words of one class. */
struct lx_tile_key {
	enum lx_tile_class class;
	struct lx_words words;
};

struct lx_tile_map {
	struct lx_words heading, unit;
	struct lx_words finding;     /* what it shows, in words */
	const struct lx_tile *tiles; /* in the charter's order */
	size_t tiles_n;
	const struct lx_tile_label *labels;
	size_t labels_n;
	const struct lx_tile_key *keys;
	size_t keys_n;
	struct lx_link_view table; /* the same as a table */
};

/* --- home ------------------------------------------------------------------------------------ */

/* A part of the stacked bar, labelled. */
struct lx_stack_label {
	struct lx_state_view state;
	int64_t count;
	struct lx_address address;
};

/* A number, and what it consists of. */
struct lx_stack_view {
	struct lx_link_view heading;
	struct lx_words unit;
	int64_t total;
	struct lx_words words; /* behind the total: "received, of which" */
	struct lx_html bar;    /* lx_svg_stack */
	const struct lx_stack_label *labels;
	size_t labels_n;
};

/* A short section at the right of the home page: a paragraph, facts, an agenda, a button. */
struct lx_home_section {
	struct lx_link_view heading;
	struct lx_words unit;
	struct lx_words strong, words;
	const struct lx_fact *facts;
	size_t facts_n;
	const struct lx_words *agenda;
	size_t agenda_n;
	struct lx_link_view button;
	struct lx_words under;
};

struct lx_home_page {
	struct lx_frame frame;
	struct lx_words heading, lead;
	bool finds; /* the field to find a need by number: GET /search?q= */
	struct lx_words find_label, find_hint;
	struct lx_text find_example;
	struct lx_note note;    /* founding: who has yet to consent */
	struct lx_tile_map map; /* no tiles: none */
	const struct lx_stack_view *stacks;
	size_t stacks_n;
	const struct lx_home_section *sections; /* at the right, under the stacks */
	size_t sections_n;
	const struct lx_latest *latest;
	size_t latest_n;
	const struct lx_home_section *below; /* at the right of the latest acts */
	size_t below_n;
};

/* --- the search ------------------------------------------------------------------------------ */

/* How many of one kind, leading to that list with the same words. */
struct lx_search_kind {
	struct lx_link_view list;
	int64_t count;
};

struct lx_search_page {
	struct lx_frame frame; /* frame.search: the words */
	struct lx_words heading;
	const struct lx_search_kind *kinds;
	size_t kinds_n;
	struct lx_grid found;
};

/* The whole page. */
void lx_view_search(
	struct lx_buf *out, const struct lx_view *view, const struct lx_search_page *page);

/* --- the desk -------------------------------------------------------------------------------- */

/* A line of the menu: `link.current` where we are. */
struct lx_desk_link {
	struct lx_link_view link;
	int64_t count;
};

/* One thing that waits. `next` are the acts awaited, linked. */
struct lx_desk_row {
	struct lx_text ref;
	struct lx_link_view record;
	struct lx_words role, role_under; /* "lead", "Ma'anshan leads" */
	struct lx_state_view state;
	struct lx_words due; /* may count days: this page is never cached */
	const struct lx_link_view *next;
	size_t next_n;
};

/* Overdue, soon, other. */
struct lx_desk_group {
	struct lx_words heading;
	const struct lx_desk_row *rows;
	size_t rows_n;
	struct lx_link_view more;
};

struct lx_desk_page {
	struct lx_frame frame;
	struct lx_words holder; /* "Officer of Nanjing" */
	struct lx_words name, office;
	const struct lx_desk_link *menu;
	size_t menu_n;
	struct lx_words heading, sum;
	struct lx_note note;
	const struct lx_desk_group *groups;
	size_t groups_n;
	struct lx_words empty; /* in place of an empty desk */
};

/* --- sections -------------------------------------------------------------------------------- */

/* A section page (/council, /duty) that gathers lists. */
struct lx_section_page {
	struct lx_frame frame;
	struct lx_words heading, lead;
	const struct lx_grid *tables;
	size_t tables_n;
};

/* Whole pages, and the map alone. */
void lx_view_home(struct lx_buf *out, const struct lx_view *view, const struct lx_home_page *page);
void lx_view_desk(struct lx_buf *out, const struct lx_view *view, const struct lx_desk_page *page);
void lx_view_section(
	struct lx_buf *out, const struct lx_view *view, const struct lx_section_page *page);
void lx_view_tile_map(
	struct lx_buf *out, const struct lx_view *view, const struct lx_tile_map *map);

#endif
