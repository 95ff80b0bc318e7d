/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Signing in, registering, first links, the own account; and pages that say what went wrong. */
#ifndef LX_KERNEL_VIEW_ACCOUNT_H
#define LX_KERNEL_VIEW_ACCOUNT_H

#include "kernel/view/form.h"

/* Sign-in, register, first link, second factor, lost password: a form, and what stands beside it. */
struct lx_entrance_page {
	struct lx_frame frame;
	struct lx_words heading, intro;
	struct lx_form form;
	struct lx_note note;
	const struct lx_link_view *links; /* register, lost password */
	size_t links_n;
	struct lx_grid demo; /* accounts of the demonstration, on this machine only */
	const struct lx_next *next;
	size_t next_n;
};

/* An own form on the account page: heading and form. */
struct lx_account_form {
	struct lx_text id;
	struct lx_words heading, intro;
	struct lx_form form;
};

struct lx_account_page {
	struct lx_frame frame;
	struct lx_words heading;
	struct lx_words name;
	struct lx_note note;
	struct lx_fact_group facts;   /* registered, residence verified, second factor */
	const struct lx_grid *tables; /* own needs, mandates, sessions */
	size_t tables_n;
	const struct lx_account_form *forms; /* language and type size, password, second factor */
	size_t forms_n;
	const struct lx_act_view *acts;
	size_t acts_n;
};

/* One side of a conflict: what it says, and who changed it when. */
struct lx_version_view {
	struct lx_words heading;
	struct lx_words by;
	int64_t at, entry;
	const struct lx_fact *facts;
	size_t facts_n;
};

/* What went wrong. `status` chooses nothing; the words come from the caller, by the table of faults. */
struct lx_problem_page {
	struct lx_frame frame;
	int status;
	struct lx_words heading;          /* what failed */
	struct lx_words why;              /* the fault's sentence */
	struct lx_words saved;            /* whether anything was saved */
	struct lx_text reference;         /* to quote */
	const struct lx_words *relations; /* 403: who may */
	size_t relations_n;
	struct lx_link_view sign_in;            /* 403 of nobody signed in */
	bool finds;                             /* 404: search by number */
	const struct lx_version_view *versions; /* 409: theirs and mine */
	size_t versions_n;
	int64_t retry;       /* 503: seconds after which to try again */
	struct lx_form form; /* what was typed, to submit again */
	struct lx_link_view back;
};

/* Whole pages. */
void lx_view_entrance(
	struct lx_buf *out, const struct lx_view *view, const struct lx_entrance_page *page);
void lx_view_account(
	struct lx_buf *out, const struct lx_view *view, const struct lx_account_page *page);
void lx_view_problem(
	struct lx_buf *out, const struct lx_view *view, const struct lx_problem_page *page);

#endif
