/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The public record: the list of entries, and one entry. */
#ifndef LX_KERNEL_VIEW_RECORD_H
#define LX_KERNEL_VIEW_RECORD_H

#include "kernel/view/item.h"
#include "kernel/view/list.h"

/* A line of the record. A shut entry shows its number, time and hash, and what kind of thing it is about. */
struct lx_entry_row {
	int64_t entry, at;
	struct lx_address address;
	struct lx_words act; /* in words */
	struct lx_text code; /* need.answer */
	struct lx_words who;
	struct lx_link_view record;
	struct lx_text hash; /* its first eight digits */
	bool current;
};

struct lx_record_page {
	struct lx_frame frame;
	struct lx_words heading, lead;
	struct lx_filters filter;
	const struct lx_entry_row *rows;
	size_t rows_n;
	struct lx_pager pager;
	struct lx_words sum;             /* "48,213 entries since 1 March 2025" */
	struct lx_link_view whole;       /* everything to download */
	struct lx_fact_group checkpoint; /* time, size, root */
	struct lx_grid witnesses;
	struct lx_words verify; /* how to check it oneself */
	struct lx_text command; /* the command and its output */
};

/* An effect in words and as it stands. */
struct lx_effect_view {
	struct lx_words what; /* "Responsible government" */
	struct lx_cell value; /* "Suzhou" */
	struct lx_text code;  /* ["set","lead","member/1"] */
};

struct lx_entry_page {
	struct lx_frame frame;
	int64_t entry, at;
	struct lx_words heading; /* the act in words, and who */
	struct lx_link_view record;
	struct lx_note note;        /* undone, corrected, shut: what of it is not public and why */
	struct lx_fact_group facts; /* by, for, as, on, cause, undoes, consent */
	const struct lx_effect_view *effects;
	size_t effects_n;
	struct lx_prose reason;
	struct lx_text bytes;       /* the canonical bytes */
	struct lx_fact_group proof; /* leaf hash, root, checkpoint */
	const struct lx_text *path; /* hashes from the leaf to the root */
	size_t path_n;
	struct lx_html drawing; /* the path, drawn */
	struct lx_text command;
	struct lx_link_view previous, next;
};

/* Whole pages. */
void lx_view_record(
	struct lx_buf *out, const struct lx_view *view, const struct lx_record_page *page);
void lx_view_entry(
	struct lx_buf *out, const struct lx_view *view, const struct lx_entry_page *page);

#endif
