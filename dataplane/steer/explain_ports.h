// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Comes before the port functions of an engine whose program explains: they get other names, and explain.h
// puts dry ones that write down what happens in their place. No guard: it stands before them once.
#define sl_port_interface sl_live_interface
#define sl_port_ingress sl_live_ingress
#define sl_port_answer_budget sl_live_answer_budget
#define sl_port_service sl_live_service
#define sl_port_tenant sl_live_tenant
#define sl_port_wide sl_live_wide
#define sl_port_rule sl_live_rule
#define sl_port_access sl_live_access
#define sl_port_sid sl_live_sid
#define sl_port_bucket sl_live_bucket
#define sl_port_server sl_live_server
#define sl_port_fragment sl_live_fragment
#define sl_port_site sl_live_site_row
#define sl_port_slot sl_live_slot
#define sl_port_target sl_live_target
#define sl_port_start_line sl_live_start_line
#define sl_port_exception sl_live_exception
#define sl_port_record sl_live_record
#define sl_port_forget sl_live_forget
#define sl_port_set sl_live_set
#define sl_port_cost sl_live_cost
#define sl_port_insert_budget sl_live_insert_budget
#define sl_port_add sl_live_add
#define sl_port_swap sl_live_swap
#define sl_port_count sl_live_count
#define sl_port_counter sl_live_counter
#define sl_port_site_counter sl_live_site_counter
#define sl_port_site_starts sl_live_site_starts
#define sl_port_new_flow sl_live_new_flow
