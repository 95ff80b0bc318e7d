/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Persons of the demonstration, in one job each: registered, with an account that works on loopback only ("crowd": left out of
 * the list of accounts that the command prints); officers { "holder", "offices" } get their first mandate as by init's one-time
 * link, grant themselves the others and accept them; residents { "home", "proof" } are verified by an officer of their city.
 */
#include "cli/demo.h"

#include <stdio.h>
#include <string.h>

struct entering {
	struct lx_demo *demo;
	const json_t *given;
	const char *account, *name;
	int64_t person;
};

static const char *word(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* `input` is consumed. */
static enum lx_code act(struct lx_work *work, int64_t person, const char *type, int64_t record,
	const char *name, json_t *input, int64_t *made)
{
	LX_CLOSE(lx_json_free) json_t *owned = input;
	struct lx_order order = {
		.type = type, .record = record, .act = name, .input = owned, .person = person
	};

	LX_TRY(lx_order_job(work, &order));
	*made = order.made_record;
	return LX_OK;
}

static enum lx_code register_person(struct lx_work *work, struct entering *e)
{
	const char *tongue = word(e->given, "tongue");
	int64_t account;

	LX_TRY(act(work, 0, "person", 0, "register",
		json_pack(
			"{s:s, s:s}", "name", e->name, "tongue", tongue[0] == '\0' ? "zh" : tongue),
		&e->person));
	return lx_account_add(
		work->tx, work->now, lx_text(e->account), e->demo->hash, e->person, true, &account);
}

static enum lx_code link_mandate(
	struct lx_demo *demo, const struct entering *e, const char *office, int64_t mandate)
{
	char name[128];

	(void)snprintf(name, sizeof name, "mandate:%s.%s", e->account, office);
	return lx_demo_link(demo, name, "mandate", mandate);
}

static json_t *mandate_input(const struct entering *e, const char *holder, const char *office)
{
	return json_pack("{s:s, s:s, s:s, s:s}", "holder", holder, "office", office, "person",
		e->account, "called", e->name);
}

static enum lx_code first_mandate(
	struct lx_work *work, struct entering *e, const char *holder, const char *office)
{
	LX_CLOSE(lx_json_free) json_t *input = mandate_input(e, holder, office);
	struct lx_order order = { .type = "mandate", .act = "first", .input = input };

	LX_TRY(lx_init_order_job(work, &order));
	return link_mandate(e->demo, e, office, order.made_record);
}

static enum lx_code give_mandates(struct lx_work *work, struct entering *e, const char *holder)
{
	const json_t *offices = json_object_get(e->given, "offices");
	int64_t mandate;

	for (size_t i = 0; i < json_array_size(offices); i++) {
		const char *office = json_string_value(json_array_get(offices, i));
		if (i == 0) {
			LX_TRY(first_mandate(work, e, holder, office));
			continue;
		}
		LX_TRY(act(work, e->person, "mandate", 0, "grant", mandate_input(e, holder, office),
			&mandate));
		LX_TRY(act(work, e->person, "mandate", mandate, "accept", NULL, &mandate));
		LX_TRY(link_mandate(e->demo, e, office, mandate));
	}
	return LX_OK;
}

static enum lx_code verify_home(
	struct lx_work *work, struct entering *e, const char *named, const char *home)
{
	int64_t officer = json_integer_value(json_object_get(e->demo->persons, named)), made;

	LX_TRY(act(work, e->person, "person", e->person, "claim",
		json_pack("{s:s, s:s}", "home", home, "proof", word(e->given, "proof")), &made));
	return act(work, officer, "person", e->person, "verify", NULL, &made);
}

static enum lx_code enter_job(struct lx_work *work, void *argument)
{
	struct entering *e = argument;
	const char *holder = word(e->given, "holder"), *home = word(e->given, "home");

	LX_TRY(register_person(work, e));
	if (holder[0] != '\0')
		LX_TRY(give_mandates(work, e, word(e->demo->links, holder)));
	return home[0] == '\0' ? LX_OK : verify_home(work, e, home, word(e->demo->links, home));
}

enum lx_code lx_demo_person(struct lx_demo *demo, const json_t *person)
{
	struct entering e = { .demo = demo,
		.given = person,
		.account = word(person, "account"),
		.name = word(person, "name") };

	LX_TRY(lx_writer_submit(demo->opened->writer, &demo->cli->call, enter_job, &e));
	(void)json_object_set_new(demo->persons, e.account, json_integer(e.person));
	if (word(person, "holder")[0] != '\0')
		(void)json_object_set_new(
			demo->persons, word(person, "holder"), json_integer(e.person));
	return LX_OK;
}
