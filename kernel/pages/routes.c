/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The addresses. A page asked for as JSON is the same handler under /api/v1 or with Accept. */
#include "kernel/pages/pages.h"

/* Styles and script stand beside the lists: "/style-1f2e….css". */
static enum lx_code top(struct lx_request *request, struct lx_reply *reply)
{
	bool asset = lx_text_starts(request->path, "/style-") ||
		     lx_text_starts(request->path, "/script-");

	return asset ? lx_page_asset(request, reply) : lx_page_list(request, reply);
}

/* Where projects, rounds and allocations once stood together; their lists lead to each other now. */
static enum lx_code joint(struct lx_request *request, struct lx_reply *reply)
{
	return lx_reply_redirect(request, reply, "/projects");
}

const struct lx_route lx_page_routes[] = {
	{ "GET", "/", LX_ANYONE, lx_page_home },
	{ "GET", "/healthz", LX_ANYONE, lx_page_health },
	{ "GET", "/metrics", LX_AS_IT_IS, lx_page_metrics },
	{ "GET", "/openapi.json", LX_AS_IT_IS, lx_page_openapi },
	{ "GET", "/menu", LX_ANYONE, lx_page_menu },
	{ "GET", "/search", LX_ANYONE, lx_page_search },
	{ "GET", "/charter", LX_ANYONE, lx_page_charter },
	{ "GET", "/council", LX_ANYONE, lx_page_section },
	{ "GET", "/joint", LX_ANYONE, joint },
	{ "GET", "/record", LX_ANYONE, lx_page_record },
	{ "GET", "/record/:n", LX_ANYONE, lx_page_entry },
	{ "GET", "/log/checkpoint", LX_AS_IT_IS, lx_page_checkpoint },
	{ "GET", "/log/key", LX_AS_IT_IS, lx_page_log_key },
	{ "GET", "/log/key-sm2", LX_AS_IT_IS, lx_page_log_key_sm2 },
	{ "GET", "/log/tile/*", LX_AS_IT_IS, lx_page_tile },
	{ "GET", "/log/content/:hash", LX_AS_IT_IS, lx_page_content },
	{ "POST", "/log/add-checkpoint", LX_AS_IT_IS, lx_page_add_checkpoint },
	{ "GET", "/log/witness", LX_AS_IT_IS, lx_page_witness_key },
	{ "GET", "/log/:hash/checkpoint", LX_AS_IT_IS, lx_page_witness_seen },
	{ "GET", "/log/proof/:n", LX_AS_IT_IS, lx_page_receipt },
	{ "GET", "/thread/:type/:n", LX_ANYONE, lx_page_thread },
	{ "GET", "/desk", LX_SIGNED_IN, lx_page_desk },
	{ "GET", "/sign-in", LX_ANYONE, lx_page_sign_in },
	{ "POST", "/sign-in", LX_ANYONE, lx_page_sign_in_post },
	{ "POST", "/sign-out", LX_SIGNED_IN, lx_page_sign_out_post },
	{ "GET", "/register", LX_ANYONE, lx_page_register },
	{ "POST", "/register", LX_ANYONE, lx_page_register_post },
	{ "GET", "/first/:token", LX_ANYONE, lx_page_link },
	{ "POST", "/first/:token", LX_ANYONE, lx_page_link_post },
	{ "GET", "/account", LX_SIGNED_IN, lx_page_account },
	{ "POST", "/account", LX_SIGNED_IN, lx_page_account_post },
	{ "GET", "/account/data", LX_SIGNED_IN, lx_page_own_data },
	{ "GET", "/account/factor", LX_SIGNED_IN, lx_page_factor },
	{ "POST", "/account/factor", LX_SIGNED_IN, lx_page_factor_post },
	{ "GET", "/account/factor/drop", LX_SIGNED_IN, lx_page_factor_drop },
	{ "POST", "/account/factor/drop", LX_SIGNED_IN, lx_page_factor_drop_post },
	{ "GET", "/account/reset", LX_SIGNED_IN, lx_page_reset_begin },
	{ "POST", "/account/reset", LX_SIGNED_IN, lx_page_reset_begin_post },
	{ "GET", "/account/reset-factor", LX_SIGNED_IN, lx_page_help_begin },
	{ "POST", "/account/reset-factor", LX_SIGNED_IN, lx_page_help_begin_post },
	{ "GET", "/reset-factor/:token", LX_ANYONE, lx_page_help },
	{ "POST", "/reset-factor/:token", LX_ANYONE, lx_page_help_post },
	{ "GET", "/reset/:token", LX_ANYONE, lx_page_reset },
	{ "POST", "/reset/:token", LX_ANYONE, lx_page_reset_post },
	{ "POST", "/account/sign-out-everywhere", LX_SIGNED_IN, lx_page_out_everywhere_post },
	{ "GET", "/account/tokens", LX_SIGNED_IN, lx_page_tokens },
	{ "POST", "/account/tokens", LX_SIGNED_IN, lx_page_tokens_post },
	{ "GET", "/account/tokens/:n", LX_SIGNED_IN, lx_page_token_confirm },
	{ "POST", "/account/tokens/:n/drop", LX_SIGNED_IN, lx_page_token_drop },
	{ "GET", "/persons/:n/erase", LX_SIGNED_IN, lx_page_erase },
	{ "POST", "/persons/:n/erase", LX_SIGNED_IN, lx_page_erase_post },
	{ "GET", "/follow", LX_ANYONE, lx_page_follow },
	{ "POST", "/follow", LX_ANYONE, lx_page_follow_post },
	{ "GET", "/follow/:plural/:n", LX_ANYONE, lx_page_visit },
	{ "GET", "/follow/:plural/:n/:act", LX_ANYONE, lx_page_visit_act },
	{ "POST", "/follow/:plural/:n/:act", LX_ANYONE, lx_page_visit_act_post },
	{ "GET", "/:plural/open/:act", LX_ANYONE, lx_page_open },
	{ "POST", "/:plural/open/:act", LX_ANYONE, lx_page_open_post },
	{ "GET", "/:plural", LX_ANYONE, top },
	{ "GET", "/:plural/new", LX_ANYONE, lx_page_new },
	{ "GET", "/:plural/:n", LX_ANYONE, lx_page_item },
	{ "GET", "/:plural/:n/files/:file", LX_AS_IT_IS, lx_page_file },
	{ "GET", "/:plural/:n/:act", LX_SIGNED_IN, lx_page_act_form },
	{ "POST", "/:plural/:n/:act", LX_SIGNED_IN, lx_page_act_post },
	{ 0 },
};
