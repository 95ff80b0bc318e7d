/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The first steward of an organisation, and when an organisation may speak. */
#include "modules/organisations/organisations.h"

#include "kernel/polity/polity.h"

lx_rule_fn organisation_first_steward, organisation_hands_over;

/* The founder takes it up once; whoever the stewards name later is not set aside by him again. */
enum lx_code organisation_first_steward(struct lx_case *c)
{
	if (lx_text_is(lx_record_value(c->record, "handed").text, "yes"))
		return lx_case_refuse(c, NULL, "organisation_handed");
	return mandate_second_factor(c);
}

static enum lx_code give(struct lx_case *c, const char *office)
{
	return lx_case_follow(c, "mandate", 0, "first",
		json_pack("{s:o, s:s, s:b}", "holder",
			json_sprintf("organisation/%lld", (long long)c->record->number), "office",
			office, "person", 1));
}

/* Two mandates for who takes it up: one to act, one to name others. */
enum lx_code organisation_hands_over(struct lx_case *c)
{
	LX_TRY(lx_case_set(c, "handed", json_string("yes")));
	LX_TRY(give(c, "administrator"));
	return give(c, "officer");
}

enum lx_code lx_organisation_may_speak(struct lx_case *c, const char *field, struct lx_text link)
{
	const struct lx_shape *organisations = lx_shape_find(
		c->view.region, LX_TEXT_OF("organisation"));
	struct lx_record organisation;
	struct lx_ref ref;

	if (!lx_ref_read(link, &ref) || !lx_text_is(ref.type, "organisation"))
		return LX_OK;
	LX_TRY(lx_record_load_head(c->work->tx, organisations, ref.number, &organisation));
	return lx_text_is(organisation.state, "accredited")
		       ? LX_OK
		       : lx_case_refuse(c, field, "organisation_silent");
}
