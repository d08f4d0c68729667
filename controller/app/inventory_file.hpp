// SPDX-License-Identifier: Apache-2.0
// The reader's declaration stands beside the model, because other programs than suanlud read inventories too.
#pragma once

#include "controller/decision/inventory_file.hpp" // IWYU pragma: export
