/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Who may give back what is lost (help_link_page.c): an administrator of any holder that the account's person has a valid mandate of; the
 * secretariat for everybody. Whoever may not is not told whether there is such an account.
 */
#include "kernel/pages/small_form.h"

static bool is_administrator(const struct lx_actor *actor)
{
	for (size_t i = 0; i < actor->mandates_n; i++)
		if (lx_text_is(actor->mandates[i].office, "administrator"))
			return true;
	return false;
}

static enum lx_code in_secretariat(const struct lx_reader *reader, bool *is)
{
	struct lx_text *links;
	size_t n;

	*is = false;
	if (reader->charter.record.shape == NULL)
		return LX_OK;
	LX_TRY(lx_path_links(
		&reader->sight, &reader->charter.record, "charter.secretariat", &links, &n));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < reader->actor.mandates_n; k++)
			*is = *is || lx_text_equal(reader->actor.mandates[k].holder, links[i]);
	return LX_OK;
}

enum lx_code lx_may_reset(const struct lx_reader *reader, bool *may)
{
	LX_TRY(in_secretariat(reader, may));
	*may = *may || is_administrator(&reader->actor);
	return LX_OK;
}

/* Whether the reader administers a holder that the other acts for. */
static bool administers(const struct lx_actor *actor, const struct lx_actor *other)
{
	for (size_t i = 0; i < actor->mandates_n; i++)
		for (size_t k = 0; k < other->mandates_n; k++)
			if (lx_text_is(actor->mandates[i].office, "administrator") &&
				lx_text_equal(actor->mandates[i].holder, other->mandates[k].holder))
				return true;
	return false;
}

enum lx_code lx_may_reset_for(struct lx_request *request, struct lx_text name)
{
	LX_CLOSE(lx_reader_end) struct lx_reader reader = { 0 };
	struct lx_account account;
	struct lx_actor other = { .mandates_n = 0 };
	bool secretariat;

	LX_TRY(lx_reader_open(request, &reader));
	LX_TRY(in_secretariat(&reader, &secretariat));
	if (secretariat)
		return LX_OK;
	enum lx_code code = lx_account_find(reader.tx, name, &account);
	if (code == LX_OK && account.person != 0)
		code = lx_actor_load(reader.tx, reader.app->region, account.person, &other);
	if (code != LX_OK && code != LX_NOT_FOUND)
		return code;
	if (administers(&reader.actor, &other))
		return LX_OK;
	return lx_fail(request->call, LX_FORBIDDEN, "name", "account.reset_not_yours", NULL);
}
