//! CPU of one judged exchange beside that of a bare loop, and of judging alone beside that of parsing.

use std::time::Duration;

use conform::case::Intent;
use conform::check::reading::Reading;
use conform::check::{Subject, registry};
use conform::contract::{Contract, Operation};
use conform::drift::levels::Levels;
use conform::environment::Environment;
use conform::exchange::{Exchange, Headers, Request};
use conform::plan::{Plan, Selection};
use conform::run::attempt::{self, Patience};
use conform::run::client::{Client, ClientOptions};
use conform::run::{self, Setup};
use futures_util::stream::{self, StreamExt};
use tokio::runtime::Runtime;

use crate::child::Server;
use crate::table::{Table, micros, ratio};
use crate::{Result, cpu, subject};

const ROUNDS: usize = 9;
/// Exchanges a round.
const EXCHANGES: usize = 2000;

/// The three ways to ask for the same page.
struct Bench<'a> {
    runtime: &'a Runtime,
    contract: &'a Contract,
    operation: &'a Operation,
    environment: &'a Environment,
    request: Request,
    plan: Plan<'a>,
}

pub(crate) fn rows(table: &mut Table) -> Result<()> {
    let server = Server::start()?;
    // One thread and one request after the other: how many of them wake up whom would be chance.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let suite = subject::suite()?;
    let mut environment = subject::environment(&server.base_url, &server.token)?;
    environment.concurrency = 1;
    let operation = subject::list(&suite.contract)?;
    let case = suite.cases.iter().find(|case| case.name == "GetAllCustomers minimal").ok_or("no case of the list")?;
    // One case, again and again.
    let cases = vec![case.clone(); EXCHANGES];
    let bench = Bench {
        runtime: &runtime,
        contract: &suite.contract,
        operation,
        environment: &environment,
        request: page(&server),
        plan: Plan::new(
            &suite.contract,
            &cases,
            &Selection { only: vec![operation.id.to_string()], ..Selection::default() },
        ),
    };
    let client = bench.client()?;
    let bare = bare_client()?;
    let (mut read, mut sent, mut judged, mut run) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        read.push(cpu::of(|| bench.read_and_drop(&bare))?);
        sent.push(cpu::of(|| bench.send(&client, |exchange| usize::from(exchange.result.is_err())))?);
        judged.push(cpu::of(|| bench.send(&client, |exchange| bench.judge(exchange)))?);
        run.push(cpu::of(|| bench.run())?);
    }
    let each = |rounds| cpu::median(rounds) / u32::try_from(EXCHANGES).unwrap_or(1);
    let (read, sent, judged, run) = (each(read), each(sent), each(judged), each(run));
    table.row("one exchange: bare reqwest, read and dropped", micros(read), "");
    table.row("one exchange: sent and read by conform's client", micros(sent), "");
    table.row("… beside bare reqwest", ratio(sent, read), "");
    table.row("one exchange: sent, read, parsed, judged", micros(judged), "< 100 µs");
    table.row("… beside bare reqwest", ratio(judged, read), "≤ 2 ×");
    table.row("one exchange of a run: bound, let through, judged, counted", micros(run), "< 100 µs");
    table.row("… beside bare reqwest", ratio(run, read), "≤ 2 ×");
    let exchange =
        runtime.block_on(attempt::exchange(&client, bench.request.clone(), &Patience::default(), None, &|_| true));
    bench.judging(&exchange, table)
}

impl Bench<'_> {
    fn client(&self) -> Result<Client> {
        Ok(Client::new(&ClientOptions::of(self.environment, false))?)
    }

    fn read_and_drop(&self, client: &reqwest::Client) -> Result<()> {
        let one = |_| async {
            let mut request = client.get(&self.request.url);
            for header in &self.request.headers.0 {
                request = request.header(&header.name, &header.value);
            }
            let mut response = request.send().await?;
            let mut bytes = 0;
            while let Some(chunk) = response.chunk().await? {
                bytes += chunk.len();
            }
            Ok::<usize, reqwest::Error>(bytes)
        };
        let answers: Vec<_> = self.runtime.block_on(stream::iter(0..EXCHANGES).then(one).collect());
        if answers.iter().all(|answer| answer.as_ref().is_ok_and(|bytes| *bytes > 1000)) {
            Ok(())
        } else {
            Err("the bare loop was not answered".into())
        }
    }

    fn send(&self, client: &Client, findings: impl Fn(&Exchange) -> usize) -> Result<()> {
        let patience = Patience::default();
        let one = |_| async {
            let exchange = attempt::exchange(client, self.request.clone(), &patience, None, &|_| true).await;
            findings(&exchange)
        };
        let findings: Vec<usize> = self.runtime.block_on(stream::iter(0..EXCHANGES).then(one).collect());
        if findings.iter().all(|findings| *findings == 0) { Ok(()) } else { Err("the page deviates".into()) }
    }

    fn run(&self) -> Result<()> {
        let levels = Levels::default();
        let setup = Setup { seed: 1, ..Setup::new(self.contract, self.environment, &self.plan, &levels) };
        let outcome = self.runtime.block_on(run::run(setup, std::future::pending(), &|_| {}))?;
        let all = usize::try_from(outcome.requests).is_ok_and(|requests| requests >= EXCHANGES);
        if all && outcome.exit_code == 0 { Ok(()) } else { Err(format!("{:?}", outcome.reasons).into()) }
    }

    fn judge(&self, exchange: &Exchange) -> usize {
        let reading = Reading::new(self.contract, self.operation, exchange);
        registry::judge(&Subject::new(&reading, &Intent::Valid, &[])).len()
    }

    fn judging(&self, exchange: &Exchange, table: &mut Table) -> Result<()> {
        let body = &exchange.result.as_ref().map_err(ToString::to_string)?.body;
        let (mut judged, mut parsed) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            judged.push(cpu::of(|| times(|| Ok(self.judge(exchange))))?);
            parsed.push(cpu::of(|| times(|| Ok(serde_json::from_slice::<serde_json::Value>(body)?)))?);
        }
        let each = |rounds| -> Duration { cpu::median(rounds) / u32::try_from(EXCHANGES).unwrap_or(1) };
        let (judged, parsed) = (each(judged), each(parsed));
        table.row(&format!("judging alone: {} bytes parsed and put to every check", body.len()), micros(judged), "");
        table.row("… beside serde_json, which only parses them", ratio(judged, parsed), "");
        Ok(())
    }
}

fn times<T>(work: impl Fn() -> Result<T>) -> Result<()> {
    for _ in 0..EXCHANGES {
        std::hint::black_box(work()?);
    }
    Ok(())
}

/// The page as a run asks for it.
fn page(server: &Server) -> Request {
    let mut headers = Headers::default();
    headers.push("Accept", "application/json, */*;q=0.1");
    headers.push("Authorization", format!("Bearer {}", server.token));
    Request { method: "GET".to_owned(), url: format!("{}/v1/customers", server.base_url), headers, body: None }
}

/// What somebody would write who wants the bytes and nothing else, with the settings that change what is sent.
fn bare_client() -> Result<reqwest::Client> {
    let roots: [reqwest::Certificate; 0] = [];
    Ok(reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent("bare")
        .tls_certs_only(roots)
        .build()?)
}
