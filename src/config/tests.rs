//! What `conform.toml` may say, what it means, and what is said where it is wrong.

use std::time::Duration;

use schemars::transform::Transform;

use super::*;
use crate::environment::{Class, Environment, Secret, Target};

fn config(text: &str) -> Config {
    Config::parse("conform.toml", text, Path::new("")).unwrap_or_else(|error| panic!("{}", error.render(false, 100)))
}

fn refused(text: &str) -> Box<Diagnostic> {
    match Config::parse("conform.toml", text, Path::new("")) {
        Ok(_) => panic!("accepted: {text}"),
        Err(error) => error,
    }
}

fn environment(config: &Config, name: Option<&str>, overrides: &Overrides) -> Result<Environment, ConfigError> {
    let lookup =
        |variable: &str| variable.starts_with("CAMS_").then(|| format!("value of {variable}\n").replace(' ', "-"));
    config.environment(name, overrides, &lookup)
}

fn made() -> String {
    let mut schema = schemars::schema_for!(Settings);
    schemars::transform::RecursiveTransform(without_null).transform(&mut schema);
    schema.insert("title".to_owned(), "Settings of conform, conform.toml".into());
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

/// TOML has no null: what may be left out cannot be null.
fn without_null(schema: &mut schemars::Schema) {
    let Some(schema) = schema.as_object_mut() else { return };
    if schema.get("default").is_some_and(serde_json::Value::is_null) {
        schema.remove("default");
    }
    if let Some([kind, null]) = schema.get("type").and_then(|kinds| kinds.as_array()).map(Vec::as_slice)
        && null == "null"
    {
        let kind = kind.clone();
        schema.insert("type".to_owned(), kind);
    }
    let alternatives = schema.get("anyOf").and_then(|alternatives| alternatives.as_array()).map(Vec::as_slice);
    if let Some([serde_json::Value::Object(only), _null]) = alternatives {
        let only = only.clone();
        schema.remove("anyOf");
        schema.extend(only);
    }
}

fn json(text: &str) -> serde_json::Value {
    let value: toml::Value = toml::from_str(text).unwrap();
    serde_json::to_value(value).unwrap()
}

fn validator() -> jsonschema::Validator {
    jsonschema::draft202012::new(&serde_json::from_str(SCHEMA).unwrap()).unwrap()
}

/// The built-in text with what stands commented out as an example switched on.
fn with_examples() -> String {
    let key = regex::Regex::new(r#"(?m)^# (\[[A-Za-z.]+\]|("[A-Za-z/-]+"|[a-z-]+) = .+)$"#).unwrap();
    key.replace_all(DEFAULT, "$1").into_owned()
}

#[test]
fn the_published_schema_is_the_one_that_the_types_make() {
    assert_eq!(SCHEMA, made(), "run `cargo test --lib -- --ignored publish` and commit the schema");
}

#[test]
#[ignore = "writes docs/schema/conform.schema.json"]
fn publish() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/schema/conform.schema.json");
    std::fs::write(file, made()).unwrap();
}

#[test]
fn the_built_in_settings_conform_to_the_schema_with_and_without_their_examples() {
    for text in [DEFAULT.to_owned(), with_examples()] {
        let errors: Vec<_> = validator().iter_errors(&json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        config(&text);
    }
}

#[test]
fn the_built_in_file_shows_every_key_with_a_comment() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).unwrap();
    let text = with_examples();
    let shown = json(&text);
    let keys = |pointer: &str| -> Vec<String> {
        schema.pointer(pointer).and_then(|keys| keys.as_object()).unwrap().keys().cloned().collect()
    };
    for key in keys("/properties") {
        assert!(shown.get(&key).is_some(), "{key}");
    }
    for key in keys("/$defs/EnvironmentSettings/properties") {
        let environments = shown["env"].as_object().unwrap().values();
        let somewhere = std::iter::once(&shown["defaults"]).chain(environments).any(|table| table.get(&key).is_some());
        assert!(somewhere || DEFAULT.contains(&format!("{key} = ")), "{key}");
    }
    // A comment stands above the first appearance of each key of [defaults], and above each table.
    let lines: Vec<_> = DEFAULT.lines().collect();
    let defaults = lines.iter().position(|line| *line == "[defaults]").unwrap();
    let sandbox = lines.iter().position(|line| *line == "[env.sandbox]").unwrap();
    for at in (0..sandbox).filter(|at| lines[*at].contains(" = ") && !lines[*at].starts_with("# ") || *at == defaults) {
        assert!(lines[at - 1].starts_with("# "), "{}", lines[at]);
    }
}

#[test]
fn the_built_in_environments_are_what_the_documents_name() {
    let config = config("");
    assert_eq!(config.names(), ["cert", "dev", "local", "production", "sandbox", "staging"]);
    assert_eq!(config.default_env, "sandbox");
    for name in ["cert", "dev", "local", "production", "staging"] {
        let environment = environment(&config, Some(name), &Overrides::default()).unwrap();
        assert_eq!(environment.target, Target::Server(name.to_owned()));
        let token = format!("value-of-CAMS_{}_TOKEN", name.to_uppercase());
        assert_eq!(environment.credentials, [(None, Secret::new(token))]);
        assert_eq!(environment.class == Class::Production, name == "production");
        assert_eq!(environment.writes, name != "production");
        assert!(!environment.touch_foreign);
    }
    let sandbox = config.environment(None, &Overrides::default(), &|_| None).unwrap();
    assert_eq!((sandbox.name.as_str(), sandbox.class, sandbox.target), ("sandbox", Class::Sandbox, Target::Sandbox));
    assert!(sandbox.credentials.is_empty() && sandbox.writes && sandbox.undeclared_methods);
    assert_eq!((sandbox.timeout, sandbox.max_body), (Duration::from_secs(10), 10 << 20));
    for name in ["fullName", "dateOfBirth", "emiratesId", "beneficiaryAccountNumber"] {
        assert!(sandbox.redact.iter().any(|redacted| redacted == name), "{name}");
    }
}

#[test]
fn production_is_read_only_whatever_the_defaults_grant() {
    let config = config("[defaults]\nwrites = true\nundeclared-methods = true\ntouch-foreign = true\n");
    let production = environment(&config, Some("production"), &Overrides::default()).unwrap();
    assert!(!production.writes && !production.undeclared_methods && !production.touch_foreign);
    let elsewhere = Overrides { base_url: Some("https://cams.aquanow.com/api/".to_owned()), ..Overrides::default() };
    let production = environment(&config, Some("production"), &elsewhere).unwrap();
    assert_eq!((production.class, production.writes), (Class::Production, false));
    assert_eq!(production.target, Target::BaseUrl("https://cams.aquanow.com/api".to_owned()));
    for key in ["writes", "undeclared-methods", "touch-foreign"] {
        let error = refused(&format!("[env.production]\n{key} = true\n"));
        assert_eq!(error.message, "an environment of class `production` is read-only");
        assert_eq!(error.position.map(|position| (position.line, position.column)), Some((2, 1)));
    }
}

#[test]
fn a_file_changes_single_keys_and_keeps_the_others() {
    let config = config(
        "seed = 7\n[defaults]\ntimeout = '2s'\n[env.staging]\nconcurrency = 3\n[env.mine]\nclass = 'test'\nbase-url = 'http://h:1/api/'\n",
    );
    assert_eq!((config.seed, config.specs.clone()), (7, vec![PathBuf::from("specs")]));
    let staging = environment(&config, Some("staging"), &Overrides::default()).unwrap();
    assert_eq!((staging.concurrency, staging.timeout), (3, Duration::from_secs(2)));
    assert_eq!((staging.target, staging.class), (Target::Server("staging".to_owned()), Class::Test));
    let mine = environment(&config, Some("mine"), &Overrides::default()).unwrap();
    assert_eq!(mine.target, Target::BaseUrl("http://h:1/api".to_owned()));
    assert!(mine.credentials.is_empty());
    let moved = self::config("[env.production]\nbase-url = 'https://p.example'\n");
    let production = environment(&moved, Some("production"), &Overrides::default()).unwrap();
    assert_eq!(
        (production.class, production.target),
        (Class::Production, Target::BaseUrl("https://p.example".to_owned()))
    );
}

#[test]
fn flags_win_over_the_file() {
    let overrides = Overrides {
        base_url: Some("http://127.0.0.1:9/x".to_owned()),
        token_env: Some("CAMS_OTHER".to_owned()),
        read_only: true,
        exclude: vec!["AddCustomer".to_owned()],
        max_created: Some(1),
        concurrency: Some(2),
        rate: Some(0.5),
        timeout: Some(Duration::from_millis(5)),
        slow_after: Some(Duration::from_millis(4)),
    };
    let staging =
        environment(&config("[env.staging]\nexclude = ['UpdateOneCustomer']"), Some("staging"), &overrides).unwrap();
    assert_eq!(staging.target, Target::BaseUrl("http://127.0.0.1:9/x".to_owned()));
    assert_eq!(staging.credentials, [(None, Secret::new("value-of-CAMS_OTHER"))]);
    assert_eq!(staging.exclude, ["UpdateOneCustomer", "AddCustomer"]);
    assert_eq!((staging.writes, staging.max_created, staging.concurrency, staging.rate), (false, 1, 2, Some(0.5)));
    assert_eq!((staging.timeout, staging.slow_after), (Duration::from_millis(5), Some(Duration::from_millis(4))));
    for bad in [
        Overrides { concurrency: Some(0), ..Overrides::default() },
        Overrides { rate: Some(f64::NAN), ..Overrides::default() },
    ] {
        assert!(matches!(environment(&config(""), None, &bad), Err(ConfigError::Range(_))), "{bad:?}");
    }
}

#[test]
fn a_base_url_alone_is_a_test_environment_named_by_its_host() {
    for (url, name) in [
        ("http://127.0.0.1:8080/api", "127.0.0.1-8080"),
        ("https://api.example.com", "api.example.com"),
        ("http://[::1]:3001", "1-3001"),
    ] {
        let overrides = Overrides { base_url: Some(url.to_owned()), ..Overrides::default() };
        let environment = config("").environment(None, &overrides, &|_| None).unwrap();
        assert_eq!((environment.name.as_str(), environment.class, environment.writes), (name, Class::Test, true));
        assert_eq!(environment.target, Target::BaseUrl(url.to_owned()));
        assert!(environment.credentials.is_empty());
    }
}

#[test]
fn a_typed_url_of_production_is_read_only_whatever_it_is_called() {
    let operations = [crate::contract::base_url::tests::operation(&[
        ("https://cams.aquanow.com/api", "Production"),
        ("https://cams.staging.aquanow.com/api", "staging"),
    ])];
    let config = config("[env.other]\nclass = 'production'\nbase-url = 'https://other.example/api'");
    for (url, name, production) in [
        ("https://cams.aquanow.com/api", None, true),
        ("https://CAMS.aquanow.com/api/", Some("staging"), true),
        ("https://other.example/api/", None, true),
        ("https://cams.staging.aquanow.com/api", None, false),
        ("http://127.0.0.1:3001/api", Some("local"), false),
    ] {
        let overrides = Overrides { base_url: Some(url.to_owned()), ..Overrides::default() };
        let mut environment = environment(&config, name, &overrides).unwrap();
        assert!(environment.writes);
        let note = config.guard(&mut environment, &operations);
        assert_eq!((note.is_some(), environment.class == Class::Production), (production, production), "{url}");
        assert_eq!(environment.writes, !production, "{url}");
    }
}

#[test]
fn base_urls_that_cannot_work_are_refused_and_no_password_is_repeated() {
    for url in [
        "",
        "example.com",
        "ftp://h/",
        "https://h/?a=b",
        "https://h/#x",
        "https://u:hunter2@h/",
        "file:///etc/passwd",
        "u:hunter2@h",
    ] {
        let overrides = Overrides { base_url: Some(url.to_owned()), ..Overrides::default() };
        let error = config("").environment(None, &overrides, &|_| None).unwrap_err();
        assert!(matches!(error, ConfigError::Url(_)), "{url}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let sandbox = Overrides { base_url: Some("http://h/".to_owned()), ..Overrides::default() };
    assert!(matches!(environment(&config(""), Some("sandbox"), &sandbox), Err(ConfigError::SandboxElsewhere(_))));
}

#[test]
fn an_unknown_environment_is_answered_with_the_nearest_and_all_of_them() {
    let error = environment(&config(""), Some("stagging"), &Overrides::default()).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no environment `stagging`; did you mean `staging`? known are cert, dev, local, production, sandbox, staging"
    );
}

#[test]
fn a_missing_or_unusable_credential_is_named_and_never_shown() {
    let config = config("[env.staging.credentials.ApiKey]\nenv = 'KEY'\n");
    let with = |key: Option<&'static str>, token: Option<&'static str>| {
        config.environment(Some("staging"), &Overrides::default(), &move |variable| {
            if variable == "KEY" { key } else { token }.map(str::to_owned)
        })
    };
    assert_eq!(
        with(Some("k"), None).unwrap_err().to_string(),
        "the environment `staging` takes its token from the variable CAMS_STAGING_TOKEN, which is not set"
    );
    assert!(with(Some("k"), Some("  ")).is_err());
    assert!(with(None, Some("t")).unwrap_err().to_string().contains("its ApiKey credential from the variable KEY"));
    for token in ["Bearer s3cret", "s3\ncret", "bearer s3cret"] {
        let error = with(Some("k"), Some(token)).unwrap_err();
        assert!(matches!(error, ConfigError::NotUsable { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("cret"), "{error:?}");
    }
    let both = with(Some("k"), Some("t\n")).unwrap();
    assert_eq!(both.credentials, [(None, Secret::new("t")), (Some("ApiKey".to_owned()), Secret::new("k"))]);
}

#[test]
fn levels_are_looked_up_from_the_specific_to_the_general() {
    let config =
        config("[levels]\nslow-response = 'off'\nwrong-refusal = 'error'\n\"wrong-refusal/AddCustomer\" = 'note'\n");
    assert_eq!(config.level("slow-response", "AddCustomer"), Some(LevelSetting::Off));
    assert_eq!(config.level("wrong-refusal", "AddCustomer"), Some(LevelSetting::Note));
    assert_eq!(config.level("wrong-refusal", "GetAllCustomers"), Some(LevelSetting::Error));
    assert_eq!(config.level("wrong-body", "GetAllCustomers"), None);
    assert_eq!(LevelSetting::Off.level(), None);
    assert!(config.unknown_levels(&["slow-response", "wrong-refusal"], &["AddCustomer"]).is_empty());
    let slips = config.unknown_levels(&["slow-responses", "wrong-refusal"], &["AddCustomers"]);
    let texts: Vec<_> = slips.iter().map(|slip| (slip.message.as_str(), slip.help.as_deref().unwrap())).collect();
    assert_eq!(
        texts,
        [
            ("there is no rule `slow-response`", "did you mean `slow-responses`?"),
            ("there is no operation `AddCustomer`", "did you mean `AddCustomers`?")
        ]
    );
}

#[test]
fn what_is_excluded_but_does_not_exist_is_named() {
    let config = config("[defaults]\nexclude = ['AddCustomer']\n[env.staging]\nexclude = ['UpdateOneCostumer']\n");
    let operations = ["AddCustomer", "UpdateOneCustomer"];
    assert!(config.unknown_excluded("sandbox", &operations).is_empty());
    let slips = config.unknown_excluded("staging", &operations);
    assert_eq!(slips[0].help.as_deref(), Some("did you mean `UpdateOneCustomer`?"));
    assert_eq!(slips[0].position.map(|position| position.line), Some(4));
}

#[test]
fn each_slip_is_told_at_its_place() {
    for (text, line, column, message, help) in [
        ("sead = 1", 1, 1, "unknown key `sead`", "did you mean `seed`?"),
        ("[env.staging]\n  concurency = 1", 2, 3, "unknown key `concurency`", "did you mean `concurrency`?"),
        ("[defaults]\nzzz = 1", 2, 1, "unknown key `zzz`", "keys here: class, server"),
        ("[env.x]\nclass = 'prod'", 2, 9, "unknown value `prod`", "values: sandbox, test, production"),
        ("[levels]\nx = 'warn'", 2, 5, "unknown value `warn`", "did you mean `warning`?"),
        ("default-env = 'stagign'", 1, 1, "there is no environment `stagign`", "did you mean `staging`?"),
        ("[env.x]\nserver = 'x'", 1, 6, "the environment has no `class`", "add class"),
        ("[env.x]\nclass = 'test'", 2, 1, "the environment does not say where it is", "add server"),
        ("[env.x]\nclass='test'\nserver='x'\nbase-url='http://h'", 4, 1, "`server` and `base-url` both", "leave one"),
        ("[env.sandbox]\nbase-url='http://h'", 2, 1, "the sandbox is started by the run itself", "class = \"test\""),
        ("[env.known]\nclass='test'", 1, 6, "an environment cannot be named `known`", "accepted drifts"),
        ("[env.'a/b']\nclass='test'", 1, 6, "an environment's name is also the name of a folder", "letters"),
        ("[defaults]\ntoken-env='T'", 2, 1, "`token-env` cannot be the same for every environment", "[env.NAME]"),
        ("[defaults]\nconcurrency=0", 2, 1, "between 1 and 256 requests", ""),
        ("[defaults]\nrate=0.0", 2, 1, "a rate is more than 0", ""),
        ("[env.staging]\nbase-url='staging'", 2, 1, "`staging` is no base URL", ""),
        ("[defaults]\ntimeout='10 sec'", 2, 9, "`10 sec` is not a time", ""),
        ("[defaults]\ntimeout=10", 2, 9, "invalid type: integer `10`, expected a string", ""),
        ("seed = -1", 1, 8, "invalid value: integer `-1`, expected u64", ""),
        ("seed = 1\nseed = 2", 2, 1, "duplicate key", ""),
        ("seed = ", 1, 8, "", ""),
    ] {
        let error = refused(text);
        let position = error.position.unwrap();
        assert!(error.message.contains(message), "{text}: {}", error.message);
        assert!(error.help.as_deref().unwrap_or_default().contains(help), "{text}: {:?}", error.help);
        assert_eq!((position.line, position.column), (line, column), "{text}: {}", error.render(false, 100));
        assert!(error.render(false, 100).contains(&format!("conform.toml:{line}:{column}")), "{text}");
    }
}

#[test]
fn paths_are_relative_to_the_file_that_names_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("conform.toml");
    std::fs::write(&file, "specs = ['api', '/abs']").unwrap();
    let config = Config::load(Some(&file)).unwrap();
    assert_eq!(config.specs, [folder.path().join("api"), PathBuf::from("/abs")]);
    assert_eq!(config.baseline("staging"), folder.path().join("reports/known/staging.yaml"));
    assert_eq!(Config::load(None).unwrap().specs, [PathBuf::from("specs")]);
    let missing = Config::load(Some(&folder.path().join("missing.toml"))).unwrap_err();
    assert!(missing.message.starts_with("cannot be read"), "{}", missing.message);
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String) {
        if let Err(error) = Config::parse("conform.toml", &text, Path::new("")) {
            error.render(false, 100);
        }
    }

    #[test]
    fn no_text_that_is_almost_settings_makes_it_panic(parts in proptest::collection::vec(proptest::sample::select(vec![
        "[env.", "staging", "]", "\n", "server", "=", "'x'", "class", "'test'", "[defaults]", "timeout", "\"", "é", "{", "}", ".",
        "[levels]", "seed", "1", "base-url", "'http://é'", ",", "#", "\u{202e}",
    ]), 0..30)) {
        if let Err(error) = Config::parse("conform.toml", &parts.concat(), Path::new("")) {
            error.render(false, 60);
        }
    }
}
