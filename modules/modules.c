/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The list of institutions. */
#include "modules/modules.h"

#include "kernel/polity/polity.h"
#include "modules/agreements/agreements.h"
#include "modules/allocations/allocations.h"
#include "modules/commitments/commitments.h"
#include "modules/fund/fund.h"
#include "modules/needs/needs.h"
#include "modules/organisations/organisations.h"
#include "modules/projects/projects.h"
#include "modules/rounds/rounds.h"

/* In the order in which the one leads to the other: so pages list them. */
const struct lx_type *const lx_types[] = {
	&lx_charter_type,
	&lx_body_type,
	&lx_member_type,
	&lx_person_type,
	&lx_mandate_type,
	&lx_need_type,
	&lx_organisation_type,
	&lx_project_type,
	&lx_round_type,
	&lx_allocation_type,
	&lx_agreement_type,
	&lx_commitment_type,
	&lx_ledger_type,
	&lx_voucher_type,
	NULL,
};

const struct lx_table *const lx_module_tables[] = { lx_round_tables, NULL };

lx_module_verify_fn *const lx_module_verifies[] = { lx_rounds_verify, NULL };

lx_module_outside_fn *const lx_module_outside[] = { lx_rounds_verify_outside, NULL };

const struct lx_recounter lx_module_recounters[] = {
	{ "round", lx_round_recount },
	{ "allocation", lx_allocation_recount },
	{ 0 },
};

lx_background_fn *const lx_module_background[] = { lx_rounds_background, NULL };

const struct lx_data_check lx_data_checks[] = {
	{ "need.question", lx_need_answers_check },
	{ "allocation.result", lx_allocation_result_check },
	{ "tally.result", lx_round_check_result },
	{ 0 },
};
