/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the page of an agreement shows beside the general parts: articles, signatures, versions. */
#ifndef LX_MODULES_AGREEMENTS_AGREEMENT_VIEW_H
#define LX_MODULES_AGREEMENTS_AGREEMENT_VIEW_H

#include "kernel/view/item.h"
#include "modules/agreements/wording.h"

/* A commitment under its article: a record, or, before the agreement is in force, a promise in words. */
struct lx_agreement_yield {
	struct lx_words label;
	struct lx_address link;
	struct lx_state_view state;
	struct lx_words under; /* whose, by when */
};

struct lx_agreement_article {
	struct lx_text id;      /* "article.7": its address on the page */
	struct lx_words number; /* "Article 7" */
	struct lx_words heading;
	struct lx_prose text;
	const struct lx_agreement_yield *yields;
	size_t yields_n;
	struct lx_words changed; /* "Changed in version 3"; empty: as it was */
	const struct lx_wording_piece *pieces;
	size_t pieces_n;
};

struct lx_agreement_signature {
	struct lx_words who;
	struct lx_state_view state;
	struct lx_words on; /* the day on paper */
	int64_t at, entry;
	struct lx_words reason; /* reservation, or why it declines */
};

struct lx_agreement_version {
	struct lx_words label; /* "Version 3" */
	struct lx_words what;  /* how it came about */
	struct lx_words changes;
	int64_t at, entry;
};

struct lx_agreement_part {
	const struct lx_agreement_article *articles;
	size_t articles_n;
	bool contents;             /* so many that a list of them comes first */
	struct lx_words signed_of; /* "4 of 6 have signed"; empty: not open for signature yet */
	const struct lx_agreement_signature *signatures;
	size_t signatures_n;
	bool reserved; /* somebody said more than yes */
	const struct lx_agreement_version *versions;
	size_t versions_n;
};

/* The left part of the page, and the right one. */
void lx_module_view_agreement_part(
	struct lx_buf *out, const struct lx_view *view, const struct lx_agreement_part *part);
/* Signatures and reservations. */
void lx_module_view_agreement_side(
	struct lx_buf *out, const struct lx_view *view, const struct lx_agreement_part *part);

#endif
