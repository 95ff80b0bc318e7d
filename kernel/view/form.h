/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Forms: the form of an act drawn from what it takes, the page to confirm, the receipt.
 *
 * Without script everything works by buttons of the same form: `add` and `remove` of repeated rows and `find`
 * of a link post the form with a button's name and value; the handler draws it again with more or fewer rows
 * or with the records found. Whatever was typed is kept.
 */
#ifndef LX_KERNEL_VIEW_FORM_H
#define LX_KERNEL_VIEW_FORM_H

#include "kernel/view/item.h"
#include "kernel/view/list.h"

enum lx_field_kind {
	LX_FIELD_TEXT = 1, /* one line */
	LX_FIELD_AREA,     /* prose; `lines` high */
	LX_FIELD_RADIO,    /* one of few options */
	LX_FIELD_SELECT,   /* one of many options */
	LX_FIELD_TICKS,    /* any of the options */
	LX_FIELD_TICK,     /* yes or not: one box with the label behind it; value "yes" */
	LX_FIELD_NUMBER,   /* whole number */
	LX_FIELD_DECIMAL,  /* exact decimal; `unit` behind it */
	LX_FIELD_MONEY,    /* amount; `unit` is the currency */
	LX_FIELD_DATE,     /* a day, as 2026-12-04 */
	LX_FIELD_MOMENT,   /* day and time of the region, as 2026-12-04T09:30 */
	LX_FIELD_PHONE,
	LX_FIELD_EMAIL,
	LX_FIELD_PASSWORD,
	LX_FIELD_CODE, /* six digits of the second factor, or a one-time code */
	LX_FIELD_FILE,
	LX_FIELD_NAMES, /* official names: two lines, name.zh and name.en */
	LX_FIELD_LINK,  /* a record: search field name.find, then the found ones as options */
	LX_FIELD_ROWS,  /* repeated groups of fields */
	LX_FIELD_SHOWN  /* not to be changed here: label and value */
};

/* A choice. `under`: a grey line of explanation, for radios and found records. */
struct lx_option {
	struct lx_text value;
	struct lx_words label, under;
	bool chosen;
};

struct lx_field_group;

/* A record that may be the same thing. The button posts the form it stands in to `join` (with csrf and one-time
 * number); no address: no button. */
struct lx_similar {
	struct lx_link_view link;
	struct lx_words under;
	struct lx_address join;
	struct lx_words join_label;
};

/* Records that may be the same thing as what is being written: at the right of the form, on phones under the
 * field they belong to. The script asks `from`?q=… while one writes: any page that holds the aside will do. */
struct lx_similar_view {
	struct lx_address from;
	const struct lx_similar *records;
	size_t records_n;
};

/* One field. `id` is the anchor for errors: unique in the page, no blanks; usually the name. */
struct lx_field_view {
	enum lx_field_kind kind;
	struct lx_text id, name;
	struct lx_words label;
	struct lx_words hint;
	struct lx_words error;   /* the sentence, as in the summary */
	struct lx_text value;    /* as typed; for NAMES the Chinese, for LINK what is searched */
	struct lx_text value_en; /* NAMES: the English */
	bool optional;           /* said behind the label */
	bool restricted;         /* not public: said under the hint who reads it, in `readers` */
	struct lx_words readers;
	struct lx_text
		autocomplete;  /* HTML's word: name, tel, email, username, current-password … */
	struct lx_text lang;   /* language of what is typed */
	struct lx_text accept; /* FILE: media types; `value` is then a file sent before */
	struct lx_words unit;  /* behind the field: 元, % */
	int64_t most;          /* longest length, in characters; 0: none */
	int64_t lines;         /* of LX_FIELD_AREA; 0: four */
	const struct lx_option *options;
	size_t options_n;
	const struct lx_field_group *groups; /* LX_FIELD_ROWS */
	size_t groups_n;
	bool more; /* LX_FIELD_ROWS: another row may be added */
	const struct lx_similar_view
		*similar; /* LX_FIELD_TEXT: looked for while it is written; or NULL */
};

/* A repeated row: its own fields, named as the handler wants them ("helper.2.member"). `remove` is the value
 * of the button "remove"; empty: it cannot be removed. */
struct lx_field_group {
	struct lx_words legend;
	const struct lx_field_view *fields;
	size_t fields_n;
	struct lx_text remove;
};

/* A line of the error summary: `id` of the field, empty when the error is about the whole. */
struct lx_error_line {
	struct lx_text id;
	struct lx_words words;
};

/* A form alone. The first button is what pressing Enter does. */
struct lx_form {
	struct lx_address action;
	struct lx_text csrf; /* empty: no session yet */
	struct lx_text once; /* one-time number */
	const struct lx_hidden *hidden;
	size_t hidden_n;
	const struct lx_error_line *errors;
	size_t errors_n;
	const struct lx_field_view *fields;
	size_t fields_n;
	struct lx_words submit; /* verb; empty: it cannot be submitted, and `blocked` says why */
	struct lx_words blocked;
	struct lx_hidden second;      /* an outlined button: name and value … */
	struct lx_words second_label; /* … and label */
	struct lx_link_view away;     /* cancel, back */
	bool files;                   /* multipart */
};

/* A step of a form in several pages. */
struct lx_form_step {
	struct lx_words label;
	struct lx_address address; /* of a step that is done */
	bool current, done;
};

/* A line of "what happens next": when, what. */
struct lx_next {
	struct lx_words when, what;
};

/* The form of an act. */
struct lx_form_page {
	struct lx_frame frame;
	struct lx_words above; /* small line over the heading: the record it is about */
	struct lx_address above_link;
	struct lx_words heading;
	struct lx_words intro;
	const struct lx_form_step *steps;
	size_t steps_n;
	struct lx_form form;
	struct lx_note note;
	const struct lx_next *next; /* after submitting */
	size_t next_n;
	struct lx_fact_group facts; /* at the right: what one must know to fill it in */
};

/* What is to be confirmed: votes, signatures, payments, and what cannot be taken back. */
struct lx_confirm_page {
	struct lx_frame frame;
	struct lx_words above;
	struct lx_address above_link;
	struct lx_words heading;    /* "You are voting yes on …" */
	struct lx_words intro;      /* in whose name, with which effect */
	struct lx_fact_group facts; /* what will be entered, exactly */
	struct lx_note note;        /* cannot be taken back, and why; or how it can */
	struct lx_form form;        /* hidden fields, submit, away */
};

/* After an act. */
struct lx_receipt_page {
	struct lx_frame frame;
	struct lx_words heading; /* "Your need is submitted" */
	int64_t entry;           /* № */
	struct lx_address entry_address;
	int64_t at;
	struct lx_words means;           /* what the number is for */
	struct lx_text code_label, code; /* shown this once: query code, recovery code */
	struct lx_words code_means;
	struct lx_fact_group facts;
	const struct lx_next *next;
	size_t next_n;
	struct lx_link_view record, away;
};

/* Whole pages. */
void lx_view_form(struct lx_buf *out, const struct lx_view *view, const struct lx_form_page *page);
void lx_view_confirm(
	struct lx_buf *out, const struct lx_view *view, const struct lx_confirm_page *page);
void lx_view_receipt(
	struct lx_buf *out, const struct lx_view *view, const struct lx_receipt_page *page);
/* A form, its error summary and a field alone, for pages of modules. */
void lx_view_fields(struct lx_buf *out, const struct lx_view *view, const struct lx_form *form);
void lx_view_errors(struct lx_buf *out, const struct lx_view *view, const struct lx_form *form);
void lx_view_field(
	struct lx_buf *out, const struct lx_view *view, const struct lx_field_view *field);

#endif
