/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The agreement's part of its page, and what its JSON has besides: commitments that it yielded, versions of its text. */
#ifndef LX_MODULES_AGREEMENTS_PAGES_H
#define LX_MODULES_AGREEMENTS_PAGES_H

#include "kernel/pages/part.h"

/* Adds "commitments": [{article, number, title, owner, due, state, mark}] and "versions" (agreement_versions.c). */
lx_part_more_fn lx_agreement_more;

/* Articles with what they yield, signatures, versions. */
lx_part_fill_fn lx_agreement_fill;

/* What was proposed and amended, oldest first: [{version, entry, at, act, texts: {row: content}, changed: [row …]}]; from entries
 * that everyone may read. The caller's. */
LX_CHECK enum lx_code lx_agreement_versions(
	const struct lx_reader *reader, const struct lx_record *record, json_t **versions);

#endif
