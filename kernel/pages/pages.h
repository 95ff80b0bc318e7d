/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What pages share: the frame, values in words, the handlers. For the general pages here and for those of modules. */
#ifndef LX_KERNEL_PAGES_PAGES_H
#define LX_KERNEL_PAGES_PAGES_H

#include "kernel/pages/app.h"
#include "kernel/types/reduce.h"
#include "kernel/view/account.h"
#include "kernel/view/home.h"
#include "kernel/view/record.h"

/* --- words ----------------------------------------------------------------------------------- */

/* How this request is spoken to. */
struct lx_view lx_show_view(const struct lx_reader *reader);

/* The sentence of a derived key, e.g. ("need", "@", "routed"); the last part itself where the catalogues lack it. */
struct lx_words lx_show_key(
	const struct lx_reader *reader, const char *type, const char *mark, struct lx_text name);

/* A sentence with its {0} and {1} filled in, in the call's arena. */
struct lx_words lx_show_say(
	const struct lx_reader *reader, const char *id, const char *first, const char *second);

/* A sentence with {0} the number `n`, in the singular or the plural. */
struct lx_words lx_show_count(const struct lx_reader *reader, const char *id, int64_t n);

/* Formatted text in the call's arena. */
struct lx_text lx_show_text(const struct lx_reader *reader, const char *format, ...)
	LX_PRINTF(2, 3);

/* Names {"en","zh"}, prose {"text","lang"} or plain text in words; nothing for null. */
struct lx_words lx_show_words(const struct lx_reader *reader, const json_t *value);

/* A record's address: "/needs/17", with "#…" for a row; none for what has no page. */
struct lx_address lx_show_address(const struct lx_reader *reader, struct lx_text ref);

/* A link {"ref","title"} as reduction gives it. */
struct lx_link_view lx_show_link(const struct lx_reader *reader, const json_t *link);

/* A value of a field, as reduction gives it, in a cell. */
struct lx_cell lx_show_cell(const struct lx_reader *reader, const char *type,
	const struct lx_field *field, const json_t *value);

/* The state of a reduced record, with its mark. */
struct lx_state_view lx_show_state(const struct lx_reader *reader, const json_t *record);

/* Who acted, by an entry's "by" and "for". */
struct lx_words lx_show_actor(const struct lx_reader *reader, const json_t *entry);

/* The act of an entry in words ("Suzhou answered"). */
struct lx_words lx_show_act(const struct lx_reader *reader, const json_t *entry);

/* A moment of reduction (RFC 3339) back as ms; 0 for none. */
int64_t lx_show_moment(const json_t *value);

/* A charter word's names. */
struct lx_words lx_show_code(const struct lx_reader *reader, const char *list, struct lx_text code);

/* --- tags (seen.c) --------------------------------------------------------------------------- */

/* The last entry that touched what a record's page shows: the record, the charter, what it links to and who acted on it, and what
 * leads to it by a thread; and `types`, whatever their records. Each look-up is one row. */
LX_CHECK enum lx_code lx_seen_record(const struct lx_reader *reader, const struct lx_record *record,
	const char *types, int64_t *seen);

/* The same for a list of a type: any of its records, those its columns and filters name, the charter. `around`: without its own
 * records, of which each row shows one. */
LX_CHECK enum lx_code lx_seen_list(const struct lx_reader *reader, const struct lx_shape *shape,
	int64_t *around, int64_t *seen);

/* --- frame ----------------------------------------------------------------------------------- */

/* Fills the frame: region, navigation, who is signed in. `entry`: the last entry that touched what the page shows. */
void lx_frame_fill(const struct lx_reader *reader, struct lx_words title, const char *section,
	int64_t entry, struct lx_frame *frame);

/* Sets the crumbs: the section's list, then `last`. */
void lx_frame_crumbs(const struct lx_reader *reader, const struct lx_type *type,
	struct lx_words last, struct lx_frame *frame);

/* A one-time number for a form: its idempotency key. */
struct lx_text lx_show_once(const struct lx_reader *reader);

/* --- replies --------------------------------------------------------------------------------- */

/* Writes a JSON value (borrowed) as the reply. */
LX_CHECK enum lx_code lx_reply_json(
	struct lx_request *request, struct lx_reply *reply, const json_t *value);

/* Sets the media type of a page. */
void lx_reply_page(struct lx_reply *reply);

/* The shape of the type whose plural stands first in the address, switched on and public; LX_NOT_FOUND otherwise. */
LX_CHECK enum lx_code lx_route_type(const struct lx_reader *reader, const struct lx_shape **shape);

/* The record whose number stands second, loaded and readable; LX_NOT_FOUND otherwise. */
LX_CHECK enum lx_code lx_route_record(
	const struct lx_reader *reader, const struct lx_shape *shape, struct lx_record *record);

/* The reason of an entry, where it has one and it may be read (item_life.c). */
LX_CHECK enum lx_code lx_show_reason(
	const struct lx_reader *reader, const json_t *entry, struct lx_words *words);

/* The timeline of a record, for its page (item_life.c). */
LX_CHECK enum lx_code lx_item_life(
	const struct lx_reader *reader, const struct lx_record *record, struct lx_item_page *page);

/* Text of a reduced record as prose (item_answer.c). */
LX_CHECK enum lx_code lx_show_prose(
	const struct lx_reader *reader, const json_t *value, struct lx_prose *prose);

/* The answer and the verdict in their box, with what followed from the record; none where the type declares none or none is
 * given. `json` is the reduced record (item_answer.c). */
LX_CHECK enum lx_code lx_item_answer(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page);

/* Whether the box shows a field, so that the facts need not. */
bool lx_item_answered(const struct lx_type *type, const json_t *json, const char *field);

/* The small line over the title and the pieces under it (item_head.c). */
LX_CHECK enum lx_code lx_item_head(const struct lx_reader *reader, const struct lx_record *record,
	const json_t *json, struct lx_item_page *page);

/* The steps of its thread under the title, and the way to the whole of it; none where it is part of none (thread_page.c). */
LX_CHECK enum lx_code lx_item_thread(
	const struct lx_reader *reader, const struct lx_record *record, struct lx_item_page *page);

/* The acts at the right of a record's page, and of a list's (acts that make one; record NULL). */
LX_CHECK enum lx_code lx_item_acts(const struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_record *record, struct lx_act_view **acts, size_t *n);

/* A feed of the acts on a record, on all of a type (record 0), or on everything (shape NULL); feed_page.c. */
LX_CHECK enum lx_code lx_feed_reply(struct lx_reader *reader, const struct lx_shape *shape,
	int64_t record, struct lx_reply *reply);

/* One more section at the right of the home page, empty; NULL when memory is out. */
struct lx_home_section *lx_home_section_add(
	const struct lx_reader *reader, struct lx_home_page *page);

/* The latest acts of the region that everyone may see. */
LX_CHECK enum lx_code lx_latest_acts(
	const struct lx_reader *reader, size_t most, struct lx_latest **latest, size_t *n);

/* The account's tokens for programs, without the tokens themselves; the caller's (lx_json_free). */
LX_CHECK enum lx_code lx_token_list(const struct lx_reader *reader, json_t **list);

/* The same as a table of the account's page. */
LX_CHECK enum lx_code lx_token_table(const struct lx_reader *reader, struct lx_grid *table);

/* Whether the reader may make links for lost passwords, of some accounts or of all. */
LX_CHECK enum lx_code lx_may_reset(const struct lx_reader *reader, bool *may);

/* Whether the form of an act sends files (files.c). */
bool lx_act_takes_files(const struct lx_type *type, const struct lx_act *act);

/* Lays down the files of a form that the act takes, and puts what names them into the form in their place, so that they are kept
 * when the act is refused. The first that is no such file is the fault; the others are laid down all the same (files.c). */
LX_CHECK enum lx_code lx_lay_files(
	struct lx_request *request, const struct lx_type *type, const struct lx_act *act);

/* The idempotency key of a request: its field, or the form's one-time number. */
struct lx_text lx_key_of(const struct lx_request *request);

/* Whether the charter lets things be asked without an account (visit_page.c). */
bool lx_may_ask_openly(const struct lx_reader *reader);

/* What is told once to who has no account: number, entry and query code. */
LX_CHECK enum lx_code lx_visit_receipt(struct lx_request *request, struct lx_reply *reply,
	const struct lx_shape *shape, const struct lx_order *order);

/* Whether for the account of this name, which the reader is not told about otherwise. */
LX_CHECK enum lx_code lx_may_reset_for(struct lx_request *request, struct lx_text name);

/* What came in as the input of an act: form fields or JSON, as the writer takes it; the caller's. */
LX_CHECK enum lx_code lx_input_of_request(struct lx_request *request, const struct lx_shape *shape,
	const struct lx_act *act, json_t **input);

/* The category that questions of a form depend on, in what was typed; empty when none was chosen (category_page.c). */
struct lx_text lx_chosen_category(const struct lx_type *type, const json_t *typed);

/* Where an act asks questions by category and none is chosen yet: a page of the categories, each a link to the form. *shown false: the
 * form comes at once; *typed (the caller's) then holds the category that the address names. */
LX_CHECK enum lx_code lx_show_categories(struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_act *act, struct lx_reply *reply, bool *shown, json_t **typed);

/* The fields of an act's form, holding what was typed, with errors. */
LX_CHECK enum lx_code lx_form_fields(const struct lx_reader *reader, const struct lx_shape *shape,
	const struct lx_record *record, const struct lx_act *act, const json_t *typed,
	struct lx_form *form);

/* What the reply to an act says at once, signed (kernel/record/promise.h); *note empty for a log that may not sign (log_files.c). */
LX_CHECK enum lx_code lx_promise_of(struct lx_request *request, int64_t n, struct lx_buf *note);

/* The field for a signed order, where the charter asks that the act be signed, saying how (signing.c). */
LX_CHECK enum lx_code lx_form_signing(const struct lx_reader *reader, const struct lx_type *type,
	int64_t record, const struct lx_act *act, const json_t *typed, struct lx_form *form);

/* --- handlers -------------------------------------------------------------------------------- */

lx_handler lx_page_home, lx_page_list, lx_page_item, lx_page_new, lx_page_act_form,
	lx_page_act_post, lx_page_desk, lx_page_record, lx_page_entry, lx_page_section,
	lx_page_charter, lx_page_sign_in, lx_page_sign_in_post, lx_page_sign_out_post,
	lx_page_register, lx_page_register_post, lx_page_account, lx_page_account_post,
	lx_page_link, lx_page_link_post, lx_page_search, lx_page_menu, lx_page_health,
	lx_page_metrics, lx_page_asset, lx_page_thread, lx_page_tokens, lx_page_tokens_post,
	lx_page_token_confirm, lx_page_token_drop, lx_page_out_everywhere_post, lx_page_factor,
	lx_page_factor_post, lx_page_factor_drop, lx_page_factor_drop_post, lx_page_reset_begin,
	lx_page_reset_begin_post, lx_page_reset, lx_page_reset_post, lx_page_own_data,
	lx_page_erase, lx_page_erase_post, lx_page_checkpoint, lx_page_log_key, lx_page_log_key_sm2,
	lx_page_tile, lx_page_content, lx_page_add_checkpoint, lx_page_witness_key,
	lx_page_witness_seen, lx_page_openapi, lx_page_receipt, lx_page_file, lx_page_open,
	lx_page_open_post, lx_page_follow, lx_page_follow_post, lx_page_visit, lx_page_visit_act,
	lx_page_visit_act_post, lx_page_help_begin, lx_page_help_begin_post, lx_page_help,
	lx_page_help_post;

#endif
