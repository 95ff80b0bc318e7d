/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From a decided case to an entry in the journal, applied. */
#ifndef LX_KERNEL_TYPES_ENTRY_H
#define LX_KERNEL_TYPES_ENTRY_H

#include "kernel/types/case.h"

/* What an entry carries beside the case's effects. */
struct lx_header {
	const char *act;       /* name of the act, without the type */
	struct lx_text by;     /* empty: worked out from the actor */
	struct lx_text holder; /* "for" */
	struct lx_text as;     /* name of the relation */
	int64_t cause, undoes, consent, import;
};

/* Writes the entry of a case and applies it to c->record. *n is its number. */
LX_CHECK enum lx_code lx_entry_write(struct lx_case *c, const struct lx_header *header, int64_t *n);

/* Who acted, as entries name it: "mandate/4", a pseudonym on this record, "clock", "init". In the call's arena. */
LX_CHECK enum lx_code lx_entry_actor(struct lx_case *c, struct lx_text *by);

#endif
