/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Short forms of plain fields (signing in, passwords, codes), and what their handlers share: input from a form or a
 * program's JSON, showing a refused form again, the two ways to say "done". Not for the acts of types: those are drawn
 * from their declarations (form_fields.c).
 */
#ifndef LX_KERNEL_PAGES_SMALL_FORM_H
#define LX_KERNEL_PAGES_SMALL_FORM_H

#include "kernel/pages/pages.h"

struct lx_small_field {
	const char *name, *label; /* label and hint are message keys */
	enum lx_field_kind kind;
	const char *autocomplete;
	bool optional;
	const char *hint;
	struct lx_text shown; /* the value of LX_FIELD_SHOWN */
};

/* A form of `n` fields that posts to `action`, holding what was typed (never passwords and codes); the call's fault
 * stands at its field and in the summary. `submit` is a message key. */
LX_CHECK enum lx_code lx_small_form(const struct lx_reader *reader,
	const struct lx_small_field *fields, size_t n, const char *action, const char *submit,
	struct lx_form *form);

/* A hidden field of a small form, in the call's arena. */
void lx_small_hidden(const struct lx_reader *reader, struct lx_form *form, const char *name,
	struct lx_text value);

/* A sentence of the reader's language. */
struct lx_words lx_small_words(const struct lx_reader *reader, const char *id);

/* What was sent under a name, by form or as JSON text; empty when nothing was. */
struct lx_text lx_sent(const struct lx_request *request, const char *name);

/* Opens the reader without losing the fault that a form is shown again for. */
LX_CHECK enum lx_code lx_reader_open_again(struct lx_request *request, struct lx_reader *reader);

/* A whole page of one short form, sent to `action`; away from it leads to the account. What was sent and is wrong is shown again. */
struct lx_small_page {
	const struct lx_small_field *fields;
	size_t fields_n;
	const char *action, *heading, *intro,
		*submit; /* keys of the catalogues, but for the action */
};
LX_CHECK enum lx_code lx_show_small_page(
	struct lx_request *request, const struct lx_small_page *small, struct lx_reply *reply);

/* After a refusal: browsers get the page again (`show`, with the refusal's status) where the input can be mended; anything
 * else stays what it is. */
LX_CHECK enum lx_code lx_shown_again(
	struct lx_request *request, struct lx_reply *reply, enum lx_code code, lx_handler *show);

/* After success: a program gets 204, a browser is sent on. */
LX_CHECK enum lx_code lx_small_done(
	struct lx_request *request, struct lx_reply *reply, const char *path);

/* "account.done.<word>" for the ?done= of the address, as a note; no note for other words. */
void lx_small_note(const struct lx_reader *reader, struct lx_note *note);

/* What may be done with a password only, not by a program with a token: 403 `account.token_by_token`. */
LX_CHECK enum lx_code lx_by_session(struct lx_request *request, struct lx_reply *reply);

/* A page that tells a secret once: heading and label are message keys, `note` says that it will not be shown again. Closes the
 * reader. */
struct lx_told {
	const char *heading, *label, *note, *away;
	struct lx_text value;
};
LX_CHECK enum lx_code lx_told_once(
	struct lx_reader *reader, struct lx_reply *reply, const struct lx_told *told);

#endif
