/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The form of entries, checked on the bytes: canonical JSON (RFC 8785) in the part that entries use: keys of
 * printable ASCII, whole numbers within 2^53. One pass, no memory; what is accepted here is what
 * lx_json_read and lx_json_canonical give back byte for byte (a fuzz target holds them together).
 */
#ifndef LX_KERNEL_JOURNAL_FORM_H
#define LX_KERNEL_JOURNAL_FORM_H

#include "base/text.h"

/* What every entry says. `inner` is the text of the hash, `with` the object's bytes; empty if absent. */
struct lx_entry_head {
	int64_t format, n, at;
	struct lx_text inner, with;
};

/* Whether the bytes are one canonical object. */
bool lx_form_canonical(struct lx_text bytes);

/* As lx_form_canonical, and an entry's head: "format" 0 or 1, "n" from 1, "at" from 0; "inner", where it
 * stands, a string; "with" an object of strings. */
bool lx_form_entry(struct lx_text bytes, struct lx_entry_head *head);

/* As lx_form_canonical for an inner part: `with` is its object's bytes or empty. */
bool lx_form_inner(struct lx_text bytes, struct lx_text *with);

/* Takes the next pair off the bytes of a checked "with"; false at its end. */
bool lx_form_bound(struct lx_text *with, struct lx_text *ref, struct lx_text *commitment);

#endif
