/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The page of one record: what it says, what became of it, what the reader may do now. */
#ifndef LX_KERNEL_VIEW_ITEM_H
#define LX_KERNEL_VIEW_ITEM_H

#include "kernel/view/frame.h"

/* A step of the thread need › project › round › agreement › payment › result. A step not reached has a kind
 * and nothing else. */
struct lx_thread_step {
	struct lx_words kind;      /* "Project" */
	struct lx_text ref;        /* its number */
	struct lx_link_view title; /* current: the record of this page */
	struct lx_state_view state;
};

/* Prose of the record. `gone` stands in its place when it was withdrawn, erased or is withheld. */
struct lx_prose {
	struct lx_words label; /* heading; empty for the first, which is what the record is about */
	struct lx_html html;   /* of lx_markdown */
	struct lx_text lang;   /* when it is not the page's */
	struct lx_words gone;
	struct lx_words under; /* who wrote it, attachments */
	bool large;            /* set in the size of first paragraphs */
};

/* A label and a short value of the verdict under an answer. */
struct lx_verdict_fact {
	struct lx_words label;
	struct lx_state_view state;
	struct lx_words words;
};

/* The asker's verdict, joined to the answer. */
struct lx_verdict {
	const struct lx_verdict_fact *facts;
	size_t facts_n;
	struct lx_words quote;
	bool agreed; /* only then is it tinted */
};

/* What an authority answered, in its box. */
struct lx_answer {
	struct lx_words by; /* "Answer of the municipal government of Suzhou" */
	int64_t at, entry;
	struct lx_prose prose;
	const struct lx_link_view *follows; /* commitments that it yields */
	size_t follows_n;
	const struct lx_verdict *verdict; /* NULL: none yet */
};

/* One line of the way a record went. */
struct lx_life {
	int64_t at, entry;
	struct lx_address address; /* of the entry */
	enum lx_view_mark mark;    /* of the state it led to */
	struct lx_words what;      /* "The secretariat routed it: Suzhou leads" */
	struct lx_words reason;    /* with its word before it: "Reason: …" */
	struct lx_words on;        /* the day from which it holds, when not the day of entry */
	bool undone;               /* taken back by a later entry: struck out, and said */
	struct lx_words later;     /* which later entry took it back, in words, not struck out */
};

/* A seat or member that was asked for its consent. */
struct lx_voice_view {
	struct lx_words who;
	struct lx_state_view state; /* yes done, no late, abstains shut, waited for wait */
	int64_t at, entry;
	struct lx_words reason; /* reason or reservation */
};

/* A consent: of an act that is pending, or was decided. */
struct lx_consent_view {
	struct lx_words act; /* what is to be decided: "Extend to 20 November" */
	struct lx_state_view state;
	struct lx_words rule; /* in a sentence: who, which majority, what silence means */
	int64_t until;
	int64_t yes, no, abstain, silent; /* voices */
	struct lx_html bar;               /* lx_svg_stack of them */
	const struct lx_voice_view *voices;
	size_t voices_n;
	struct lx_words fold;        /* the voices stand folded under these words; empty: open */
	const struct lx_fact *input; /* what the act would set */
	size_t input_n;
	const struct lx_act_view *says; /* what the reader may say: yes, no, abstain */
	size_t says_n;
};

/* A term as the record has it: entered by the clock, never counted from now. */
struct lx_term_view {
	struct lx_words label;
	struct lx_words value; /* the day */
	struct lx_state_view state;
};

/* A section of facts: general fields, or those of the entry. */
struct lx_fact_group {
	struct lx_words heading;
	const struct lx_fact *facts;
	size_t facts_n;
};

/* A piece of the line under the title: "Suzhou leads". `link` may be none. */
struct lx_piece {
	struct lx_words strong, words;
	struct lx_address link;
};

struct lx_item_page {
	struct lx_frame frame;
	const struct lx_words
		*above; /* small line over the title: type and number, day, category */
	size_t above_n;
	struct lx_words title;
	struct lx_state_view state;
	const struct lx_piece *pieces;
	size_t pieces_n;
	struct lx_note note; /* hidden, stale, corrected: one */
	const struct lx_thread_step *thread;
	size_t thread_n;
	struct lx_address thread_all; /* the whole of it, drawn */
	/* left */
	const struct lx_prose *proses;
	size_t proses_n;
	const struct lx_answer *answers;
	size_t answers_n;
	struct lx_html part;          /* of the institution itself, made by its own templates */
	struct lx_fact_group facts;   /* empty heading: "At a glance" */
	const struct lx_grid *tables; /* child rows */
	size_t tables_n;
	const struct lx_consent_view *consents;
	size_t consents_n;
	const struct lx_life *life;
	size_t life_n;
	struct lx_words life_sum;    /* "7 steps, answered after 18 working days" */
	struct lx_address life_more; /* earlier steps, when cut */
	/* right */
	struct lx_html side; /* of the institution itself, before everything else */
	const struct lx_act_view *acts;
	size_t acts_n;
	struct lx_words
		acts_under; /* "Backing needs no public name"; or who may act, for readers not signed in */
	const struct lx_term_view *terms;
	size_t terms_n;
	const struct lx_side_list *lists;
	size_t lists_n;
	struct lx_text hash;               /* of the last entry */
	const struct lx_link_view *proofs; /* history of versions, proof of inclusion */
	size_t proofs_n;
};

/* The charter: a record whose chapters are many. */
struct lx_chapter {
	struct lx_text id; /* for #links */
	struct lx_words heading;
	struct lx_prose prose;
	struct lx_fact_group facts;
	const struct lx_grid *tables;
	size_t tables_n;
};

struct lx_charter_page {
	struct lx_item_page item; /* its left column follows the chapters */
	const struct lx_chapter *chapters;
	size_t chapters_n;
};

/* Whole pages. */
void lx_view_item(struct lx_buf *out, const struct lx_view *view, const struct lx_item_page *page);
void lx_view_charter(
	struct lx_buf *out, const struct lx_view *view, const struct lx_charter_page *page);
/* The columns and parts of an item page, for modules that arrange their own. */
void lx_view_item_head(
	struct lx_buf *out, const struct lx_view *view, const struct lx_item_page *page);
void lx_view_item_left(
	struct lx_buf *out, const struct lx_view *view, const struct lx_item_page *page);
void lx_view_item_right(
	struct lx_buf *out, const struct lx_view *view, const struct lx_item_page *page);
void lx_view_prose(struct lx_buf *out, const struct lx_view *view, const struct lx_prose *prose);
void lx_view_consent(
	struct lx_buf *out, const struct lx_view *view, const struct lx_consent_view *consent);

#endif
