//! Wrong criteria and actions.

use super::Broken;

pub(super) const CRITERION: &[Broken] = &[
    (
        "          - condition: $statusCode == 200\n",
        "          - condition: $statusCode «= 200\n",
        "`=` is not an operator",
        "write `==`",
    ),
    (
        "          - condition: $statusCode == 200\n",
        "          - condition: '$statusCode == «OK'\n",
        "`OK` is not a value",
        "'OK'",
    ),
    (
        "          - condition: $statusCode == 200\n",
        "          - condition: «$status == 200\n",
        "`$status` is not the beginning",
        "`$statusCode`",
    ),
    (
        "          - condition: $statusCode == 200\n",
        "          - condition: >-\n              $statusCode == 200 &&\n              «$steps.gett.outputs.x == 1\n",
        "unknown step `gett`",
        "did you mean `get`?",
    ),
    (
        "          - condition: $statusCode == 200\n",
        "          - «conditon: $statusCode == 200\n",
        "unknown key `conditon` in a criterion",
        "did you mean `condition`?",
    ),
    (
        "          - condition: $statusCode == 200\n",
        "          - condition: «200\n",
        "`condition` is a number, not a string",
        "in quotes",
    ),
    (
        "x-conform: { exact: true }",
        "x-conform: { «exactly: true }",
        "unknown key `exactly` in `x-conform` of a criterion",
        "`exact`",
    ),
    (
        "            type: jsonpath\n",
        "            type: «xpath\n",
        "criteria of type `xpath` are not supported",
        "regex",
    ),
    (
        "            type: jsonpath\n",
        "            type: «jsonPath\n",
        "unknown type `jsonPath` of a criterion",
        "did you mean `jsonpath`?",
    ),
    (
        "            type: jsonpath\n",
        "            type: { type: jsonpath, version: «draft-goessner-dispatch-jsonpath-00 }\n",
        "JSONPath version",
        "RFC 9535",
    ),
    (
        "            condition: $[?count(@.pets) > 0]\n",
        "            condition: «pets\n",
        "not a JSONPath query",
        "begins with `$`",
    ),
    (
        "            condition: '^2..$'\n",
        "            condition: '«(2..$'\n",
        "not a regular expression",
        "look-around",
    ),
    (
        "          - context: $statusCode\n            condition: '^2..$'\n            type",
        "          - condition: '^2..$'\n            «type",
        "a `regex` criterion has no `context`",
        "context: $response.body",
    ),
    (
        "          - context: $statusCode\n",
        "          - context: «$statusCod\n",
        "`$statusCod` is not the beginning",
        "`$statusCode`",
    ),
];

pub(super) const ACTION: &[Broken] = &[
    ("            type: retry\n", "            type: «again\n", "unknown type `again` of this action", "`retry`"),
    (
        "      - name: stop\n        type: end\n",
        "      - name: stop\n        «type: goto\n",
        "`goto` says not where to go",
        "`stepId`",
    ),
    ("      - name: stop\n        type: end\n", "      - «name: stop\n", "an action has no `type`", "add `type`"),
    (
        "            retryAfter: 0.5\n",
        "            retryAfter: «-1\n",
        "`retryAfter` is no number of seconds",
        "0 to 86400",
    ),
    (
        "            retryLimit: 2\n",
        "            retryLimit: «2.5\n",
        "`retryLimit` is no number of attempts",
        "integer",
    ),
    (
        "            retryLimit: 2\n",
        "            stepId: «gett\n",
        "unknown step `gett` in workflow `buy`",
        "did you mean `get`?",
    ),
    (
        "            retryLimit: 2\n",
        "            workflowId: «loggin\n",
        "unknown workflow `loggin`",
        "did you mean `login`?",
    ),
    (
        "            retryLimit: 2\n",
        "            stepId: get\n            «workflowId: login\n",
        "an action with both `stepId` and `workflowId`",
        "one of them",
    ),
    (
        "              - condition: $statusCode == 503\n",
        "              - condition: $statusCode «503\n",
        "`503` does not belong here",
        "an operator",
    ),
    (
        "$components.successActions.next",
        "«$components.successActions.nxt",
        "leads to nothing in `components/successActions`",
        "did you mean",
    ),
    (
        "type: goto, stepId: add }",
        "type: goto, stepId: «ad }",
        "unknown step `ad` in workflow `buy`",
        "did you mean `add`?",
    ),
    ("type: goto, stepId: add }", "type: «retry, stepId: add }", "unknown type `retry` of this action", "`goto`"),
];
