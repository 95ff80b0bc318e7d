/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of the page share. */
#ifndef LX_MODULES_AGREEMENTS_PAGES_H
#define LX_MODULES_AGREEMENTS_PAGES_H

#include "kernel/types/case.h"
#include "modules/agreements/agreements.h"

/* What was proposed and amended, oldest first: [{version, entry, at, act, texts: {row: content}, changed: [row …]}]; from entries
 * that everyone may read. The caller's. */
LX_CHECK enum lx_code lx_agreement_versions(
	const struct lx_reader *reader, const struct lx_record *record, json_t **versions);

#endif
