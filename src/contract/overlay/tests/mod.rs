//! The rules of the Overlay Specification, one by one.

mod published;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn overlay(version: &str, rest: &str) -> Overlay {
    let text = format!("overlay: {version}\ninfo: {{title: Pets, version: 1.0.0}}\n{rest}");
    Overlay::parse(Document::parse("specs/overlays/pets.overlay.yaml", text).unwrap()).unwrap()
}

fn actions(actions: &str) -> Overlay {
    overlay("1.1.0", &format!("actions:\n{actions}"))
}

fn document(name: &str, value: &Value) -> Document {
    Document::parse(name, value.to_string()).unwrap()
}

/// The amended value and the pointers that were written.
fn applied(overlay: Overlay, value: &Value) -> (Value, Vec<String>) {
    let applied = apply(&[overlay], &[document("pets.json", value)]).unwrap();
    let written = applied.amended[0].iter().map(|amended| amended.pointer.to_string()).collect();
    (Value::clone(&applied.values[0]), written)
}

fn clash(overlay: Overlay, value: &Value) -> String {
    apply(&[overlay], &[document("pets.json", value)]).unwrap_err().to_string()
}

#[test]
fn members_are_merged_recursively() {
    let (value, written) = applied(
        actions("- {target: $, update: {a: {new: {x: 1}, both: 2, list: [3], same: s}, b: null}}"),
        &json!({"a": {"old": 0, "both": "1", "list": [1, 2], "same": "s"}, "b": true}),
    );
    assert_eq!(value, json!({"a": {"old": 0, "both": 2, "list": [1, 2, 3], "same": "s", "new": {"x": 1}}, "b": null}));
    assert_eq!(written, ["/a/new", "/a/both", "/a/list/2", "/b"], "what stays equal was not written");
}

#[test]
fn every_selected_node_is_updated_once() {
    let (value, written) = applied(
        actions("- {target: \"$.paths.*['get','get']\", update: {x-safe: true}}"),
        &json!({"paths": {"/a": {"get": {}}, "/b": {"post": {}}, "/c~d": {"get": {"x-safe": false}}}}),
    );
    assert_eq!(
        value,
        json!({"paths": {"/a": {"get": {"x-safe": true}}, "/b": {"post": {}}, "/c~d": {"get": {"x-safe": true}}}})
    );
    assert_eq!(written, ["/paths/~1a/get/x-safe", "/paths/~1c~0d/get/x-safe"]);
}

#[test]
fn an_array_takes_an_entry_or_in_version_1_1_several() {
    let tags = json!({"tags": ["a"]});
    for (version, update, expected) in [
        ("1.0.0", "b", json!(["a", "b"])),
        ("1.0.0", "[b, c]", json!(["a", ["b", "c"]])),
        ("1.1.0", "{b: c}", json!(["a", {"b": "c"}])),
        ("1.1.0", "[b, c]", json!(["a", "b", "c"])),
        ("1.1.0", "null", json!(["a", null])),
    ] {
        let (value, written) =
            applied(overlay(version, &format!("actions: [{{target: $.tags, update: {update}}}]")), &tags);
        assert_eq!(value["tags"], expected, "{version} {update}");
        assert_eq!(written.len(), expected.as_array().unwrap().len() - 1);
        assert_eq!(written[0], "/tags/1");
    }
}

#[test]
fn a_primitive_value_is_replaced_in_version_1_1_only() {
    let pets = json!({"info": {"title": "Cats"}});
    let (value, written) = applied(actions("- {target: $.info.title, update: Pets}"), &pets);
    assert_eq!((value, written), (json!({"info": {"title": "Pets"}}), vec!["/info/title".to_owned()]));
    let error = clash(overlay("1.0.0", "actions: [{target: $.info.title, update: Pets}]"), &pets);
    assert!(error.contains("version 1.0 of the Overlay Specification does not update primitive values"), "{error}");
}

#[test]
fn what_does_not_merge_is_an_error_at_its_place() {
    let pets = json!({"info": {"title": "Cats", "tags": []}});
    for (update, message) in [
        ("{title: {x: 1}}", "an object does not merge into a primitive value at /info/title of pets.json"),
        ("{title: [1]}", "an array does not merge into a primitive value at /info/title"),
        ("{tags: 1}", "a primitive value does not merge into an array at /info/tags"),
        ("{tags: {x: 1}}", "an object does not merge into an array at /info/tags"),
        ("1", "a primitive value does not merge into an object at /info of"),
        ("[1]", "an array does not merge into an object at /info of"),
    ] {
        let error = clash(actions(&format!("- target: $.info\n  update: {update}\n")), &pets);
        assert!(error.contains(message), "{error}");
        assert!(error.starts_with("specs/overlays/pets.overlay.yaml:5:"), "{error}");
    }
    let mixed = clash(actions("- {target: '$.info[?@.x || !@.y]', update: 1}"), &pets);
    assert!(mixed.contains("nodes of several kinds"), "{mixed}");
}

#[test]
fn removal_takes_all_selected_nodes_whatever_their_order() {
    let (value, written) = applied(
        actions("- {target: '$.list[?@ != 2]', remove: true, update: [9]}\n- {target: $..x, remove: true}"),
        &json!({"list": [1, 2, 3, 4], "x": {"x": 1}, "y": {"x": 1, "z": 2}}),
    );
    assert_eq!(value, json!({"list": [2], "y": {"z": 2}}));
    assert_eq!(written, ["/list", "/y/x", "/x"]);
    assert!(clash(actions("- {target: $, remove: true}"), &json!({})).contains("the root cannot be removed"));
}

#[test]
fn removal_keeps_the_order_of_the_other_members() {
    let (value, _) = applied(actions("- {target: $.a, remove: true}"), &json!({"a": 1, "b": 2, "c": 3, "d": 4}));
    assert_eq!(value.to_string(), r#"{"b":2,"c":3,"d":4}"#);
}

#[test]
fn actions_see_what_earlier_ones_left_and_places_follow() {
    let (value, written) = applied(
        actions(
            "- {target: $.servers, remove: true}\n- {target: $, update: {servers: [{url: a}]}}\n\
             - {target: $.p, update: {name: c, deep: {x: 1}}}\n- {target: '$.p[0]', remove: true}\n",
        ),
        &json!({"servers": [{"url": "b"}], "p": [{"name": "a"}, {"name": "b"}]}),
    );
    assert_eq!(value, json!({"servers": [{"url": "a"}], "p": [{"name": "b"}, {"name": "c", "deep": {"x": 1}}]}));
    assert_eq!(written, ["/servers", "/servers", "/p/1", "/p"], "the appended element has moved");
}

#[test]
fn one_node_is_copied_in_version_1_1() {
    let value = json!({"a": {"x": [1]}, "b": {"x": [2]}, "c": []});
    let (copied, written) = applied(actions("- {target: '$[\"b\"]', copy: $.a}\n- {target: $.c, copy: $.a.x}"), &value);
    assert_eq!(copied, json!({"a": {"x": [1]}, "b": {"x": [2, 1]}, "c": [1]}));
    assert_eq!(written, ["/b/x/1", "/c/0"]);
    for (source, count) in [("$.none", 0), ("$.*", 3)] {
        let error = clash(actions(&format!("- {{target: $.b, copy: '{source}'}}")), &value);
        assert!(error.contains(&format!("selects {count} nodes of pets.json")), "{error}");
    }
    let (_, untouched) = applied(actions("- {target: $.none, copy: $.none}"), &value);
    assert!(untouched.is_empty(), "the source matters only where there is a target");
}

#[test]
fn copies_of_copies_cannot_exhaust_the_memory() {
    let doubling = "- {target: $.list, copy: $.list}\n".repeat(40);
    assert!(clash(actions(&doubling), &json!({"list": [0, 1]})).contains("too large"));
    let deepening = "- {target: $..leaf, copy: $}\n".repeat(40);
    assert!(clash(actions(&deepening), &json!({"leaf": {}})).contains("too deeply nested"));
}

#[test]
fn the_description_and_the_place_of_the_action_go_with_what_it_wrote() {
    let text =
        "actions:\n- target: $\n  description: Because it says so.\n  update: {a: 1}\n- target: $\n  update: {b: 1}\n";
    let applied = apply(&[overlay("1.0.0", text)], &[document("pets.json", &json!({}))]).unwrap();
    let [first, second] = applied.amended[0].as_slice() else { panic!("{:?}", applied.amended) };
    assert_eq!((first.file.as_str(), first.position.line), ("specs/overlays/pets.overlay.yaml", 4));
    assert_eq!((first.description.as_str(), second.description.as_str()), ("Because it says so.", "Pets"));
}

#[test]
fn an_overlay_applies_to_all_documents_or_to_the_one_it_extends() {
    let documents = || ["specs/cats.json", "specs/dogs.json", "other/dogs.json"].map(|name| document(name, &json!({})));
    for (extends, expected) in [
        ("", [true, true, true]),
        ("extends: ../dogs.json\n", [false, true, false]),
        ("extends: ../../other/./dogs.json#x\n", [false, false, true]),
        ("extends: https://example.com/specs/cats.json?v=1\n", [true, false, false]),
        ("extends: c%61ts.json\n", [true, false, false]),
        ("extends: dogs.json\n", [false, false, false]),
        ("extends: birds.json\n", [false, false, false]),
    ] {
        let overlay = overlay("1.0.0", &format!("{extends}actions: [{{target: $, update: {{a: 1}}}}]\n"));
        let documents = documents();
        let applied = apply(&[overlay], &documents).unwrap();
        for (id, expected) in expected.into_iter().enumerate() {
            assert_eq!(applied.values[id].get("a").is_some(), expected, "{extends} {id}");
            let shared = Arc::ptr_eq(&applied.values[id], &documents[id].shared_value());
            assert_eq!(shared, !expected, "an untouched document is shared");
        }
        assert_eq!(applied.warnings.len(), usize::from(expected == [false; 3]), "{extends}");
    }
}

#[test]
fn an_action_without_effect_is_a_warning_only_where_no_document_has_it() {
    let documents = [document("a.json", &json!({"a": {}})), document("b.json", &json!({"b": {}}))];
    let text = "- {target: $.a, update: {x: 1}}\n- {target: $.c, remove: true}\n- {target: $.b}\n";
    let applied = apply(&[actions(text)], &documents).unwrap();
    let warnings: Vec<String> = applied.warnings.iter().map(ToString::to_string).collect();
    let [nothing, idle] = warnings.as_slice() else { panic!("{warnings:?}") };
    assert!(nothing.starts_with("specs/overlays/pets.overlay.yaml:5:4: warning:"), "{nothing}");
    assert!(nothing.contains("selects nothing"), "{nothing}");
    assert!(idle.contains(":6:") && idle.contains("does nothing"), "{idle}");
}

#[test]
fn what_the_specification_does_not_know_is_refused_at_its_place() {
    let head = "info: {title: T, version: '1'}\n";
    let one = "actions: [{target: $, update: {}}]\n";
    for (text, place, message, help) in [
        (format!("overlay: 1.0.0\n{head}actoins: []\n"), "3:1", "unknown key \"actoins\"", "`actions`"),
        (format!("overlay: 1.0.0\n{head}"), "1:1", "`actions` is missing", ""),
        (format!("overlay: 1.0.0\n{head}actions: []\n"), "3:1", "`actions` is empty", ""),
        (format!("overlay: 1.0.0\n{head}actions: {{}}\n"), "3:1", "`actions` is not a list", ""),
        (format!("overlay: 1.0\n{head}{one}"), "1:1", "is not a text", "in quotes"),
        (format!("overlay: 1.2.0\n{head}{one}"), "1:1", "\"1.2.0\" of the Overlay Specification is not known", "1.1.0"),
        (format!("{head}{one}"), "1:1", "`overlay` is missing", ""),
        (format!("overlay: 1.0.0\n{one}"), "1:1", "`info` is missing", ""),
        (format!("overlay: 1.0.0\ninfo: {{title: T}}\n{one}"), "2:1", "`version` is missing", ""),
        (format!("overlay: 1.0.0\ninfo: {{version: '1'}}\n{one}"), "2:1", "`title` is missing", ""),
        (format!("overlay: 1.0.0\ninfo: {{title: T, version: 1}}\n{one}"), "2:18", "`version` is not a text", ""),
        (format!("overlay: 1.0.0\nextends: 1\n{head}{one}"), "2:1", "`extends` is not a text", ""),
        (format!("overlay: 1.0.0\n{head}actions: [1]\n"), "3:11", "`0` is not an object", ""),
        (format!("overlay: 1.0.0\n{head}actions: [{{update: 1}}]\n"), "3:11", "`target` is missing", ""),
        (format!("overlay: 1.0.0\n{head}actions: [{{target: $, remove: 1}}]\n"), "3:23", "neither true nor false", ""),
        (format!("overlay: 1.0.0\n{head}actions: [{{target: $, copy: $}}]\n"), "3:23", "unknown key \"copy\"", "1.1.0"),
        (format!("overlay: 1.1.0\n{head}actions: [{{target: $, copy: $, update: 1}}]\n"), "3:23", "both", ""),
        (format!("overlay: 1.0.0\n{head}actions:\n- target: $.a[?(@.b == ]\n"), "4:", "not a JSONPath", ""),
        (format!("overlay: 1.0.0\n{head}actions:\n- target: a.b\n"), "4:11", "not a JSONPath", ""),
        (
            format!("overlay: 1.0.0\n{head}actions:\n- target: '${}'\n", "[?@".repeat(400)),
            "4:",
            "too deeply nested",
            "",
        ),
        ("[]".to_owned(), "1:1", "an overlay is not an object", ""),
    ] {
        let error = Overlay::parse(Document::parse("o.yaml", text.clone()).unwrap()).unwrap_err();
        assert!(error.to_string().starts_with(&format!("o.yaml:{place}")), "{error}\n{text}");
        assert!(error.message.contains(message), "{error}\n{text}");
        assert!(error.help.clone().unwrap_or_default().contains(help), "{error:?}\n{text}");
    }
    let extended = "overlay: 1.1.9\nx-a: 1\ninfo: {title: T, version: '1', x-b: 1, description: D}\n\
                    actions: [{target: $, x-c: 1, update: {}}]";
    Overlay::parse(Document::parse("o.yaml", extended).unwrap()).unwrap();
}

/// Small values in which names often meet.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(null)), any::<bool>().prop_map(Value::from), (0..3).prop_map(Value::from)];
    leaf.prop_recursive(4, 30, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[ab/~]", inner, 0..4).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// Each leaf and empty container of `value` with its pointer.
fn leaves(value: &Value, at: &Pointer, found: &mut Vec<(Pointer, Value)>) {
    match value {
        Value::Array(elements) if !elements.is_empty() => {
            elements.iter().enumerate().for_each(|(index, element)| leaves(element, &at.index(index), found));
        }
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(name, member)| leaves(member, &at.child(name), found));
        }
        _ => found.push((at.clone(), value.clone())),
    }
}

proptest! {
    #[test]
    fn what_was_written_is_named_and_nothing_else_has_changed(
        (target, update) in (values(), values()).prop_map(|(target, update)| (json!({"a": target}), json!({"a": update}))),
    ) {
        let overlay = actions(&format!("- {{target: $, update: {update}}}"));
        let Ok(applied) = apply(&[overlay], &[document("pets.json", &target)]) else { return Ok(()) };
        let (mut before, mut after) = (Vec::new(), Vec::new());
        leaves(&target, &Pointer::root(), &mut before);
        leaves(&applied.values[0], &Pointer::root(), &mut after);
        let written = |place: &Pointer| applied.amended[0].iter().any(|amended| place.starts_with(&amended.pointer));
        for amended in &applied.amended[0] {
            prop_assert!(amended.pointer.resolve(&applied.values[0]).is_some(), "{}", amended.pointer);
            prop_assert_ne!(amended.pointer.resolve(&target), amended.pointer.resolve(&applied.values[0]));
        }
        for (place, value) in after.iter().filter(|(place, _)| !written(place)) {
            prop_assert_eq!(place.resolve(&target), Some(value), "{} was written by nobody", place);
        }
        for (place, value) in before.iter().filter(|(place, value)| !written(place) && !is_empty(value)) {
            prop_assert_eq!(place.resolve(&applied.values[0]), Some(value), "{} was lost", place);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    *value == json!([]) || *value == json!({})
}
