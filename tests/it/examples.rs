//! What is served without code: the commands of the examples' READMEs, and the blocks of the page on flexible webhooks.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use crate::kit::{Ended, Program, Request, run, until};

#[expect(dead_code, reason = "as an example it has a main function")]
#[path = "../../examples/salesforce/upstream.rs"]
mod salesforce_upstream;
#[expect(dead_code, reason = "as an example it has a main function")]
#[path = "../../examples/weather/upstream.rs"]
mod weather_upstream;

/// A folder of `examples/` whose webhooks call `127.0.0.1:PORT`.
struct Example {
    name: &'static str,
    port: u16,
    serve: fn(TcpListener) -> std::io::Result<()>,
}

const WEATHER: Example = Example { name: "weather", port: 9101, serve: weather_upstream::serve };
const SALESFORCE: Example = Example { name: "salesforce", port: 9201, serve: salesforce_upstream::serve };

impl Example {
    /// Starts its upstream, until this process ends.
    fn upstream(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let serve = self.serve;
        std::thread::spawn(move || serve(listener));
        address
    }

    /// Serves a copy of the folder whose webhooks call `upstream`.
    fn program(&self, upstream: SocketAddr, arguments: &[&str]) -> (Program, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = format!("examples/{}/rejoinder.toml", self.name);
        let copy = folder.path().join(format!("examples/{}", self.name));
        let (here, there) = (format!("127.0.0.1:{}", self.port), upstream.to_string());
        copy_folder(&self.folder(), &copy, &|text| text.replace(&here, &there));
        let arguments: Vec<&str> =
            ["--config", &file, "--bind", "127.0.0.1:0"].iter().chain(arguments).copied().collect();
        (Program::serve_in(folder, &arguments, &[]), copy)
    }

    fn folder(&self) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(self.name)
    }

    /// Runs every command of its README and compares what comes back with what stands below it.
    fn check_readme(&self) {
        let readme = std::fs::read_to_string(self.folder().join("README.md")).expect("a README");
        let file = format!("cargo run -- serve --config examples/{}/rejoinder.toml", self.name);
        assert!(readme.contains(&file), "{file}");
        assert!(readme.contains(&format!("cargo run --example {}_upstream", self.name)));
        let (running, _) = self.program(self.upstream(), &[]);
        // Nobody else in these tests has this address: what was free a moment ago is so still.
        let nobody = TcpListener::bind("127.0.0.9:0").and_then(|free| free.local_addr()).expect("a port");
        let (stopped, _) = self.program(nobody, &[]);
        let mut defined = String::new();
        let mut asked = 0;
        for block in blocks(&readme).windows(2) {
            let [command, answer] = block else { continue };
            if command.text.starts_with("ask() {") {
                defined.clone_from(&command.text);
            }
            if command.language != "sh" || answer.language != "text" {
                continue;
            }
            let program = if command.heading.contains("stopped") { &stopped } else { &running };
            let given = program.connect().ask(&request(&format!("{defined}{}", command.text)));
            let given = format!("{}\n{}\n", String::from_utf8_lossy(&given.body), given.status);
            assert_eq!(given, answer.text, "{}", command.text);
            asked += 1;
        }
        assert!(asked >= 8, "{asked} commands were found");
    }
}

/// A block of a page, and the heading that it stands under.
struct Block {
    heading: String,
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut heading = "";
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            heading = line;
        } else if let Some(language) = line.strip_prefix("```") {
            let text: String =
                lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
            blocks.push(Block { heading: heading.to_owned(), language: language.to_owned(), text });
        }
    }
    blocks
}

/// What `curl` would send. The shell takes the command apart, as it would for a person.
fn request(command: &str) -> Request {
    let shell = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}");
    let output = Command::new("/bin/sh").args(["-c", &shell]).output().expect("a shell");
    let arguments = String::from_utf8(output.stdout).expect("text");
    let arguments: Vec<&str> = arguments.trim_end_matches('\0').split('\0').collect();
    let ["-sw", "\\n%{http_code}\\n", url, "-H", "Content-Type: application/json", "-d", body] =
        arguments[..]
    else {
        panic!("another curl: {arguments:?}")
    };
    assert_eq!(url, "http://127.0.0.1:8080/webhook");
    Request::call(body)
}

fn copy_folder(from: &Path, to: &Path, change: &dyn Fn(&str) -> String) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("readable").path();
        let copy = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy_folder(&path, &copy, change);
        } else {
            std::fs::write(copy, change(&std::fs::read_to_string(&path).expect("text"))).expect("written");
        }
    }
}

#[test]
fn every_command_of_the_weather_gives_what_its_readme_says() {
    WEATHER.check_readme();
}

#[test]
fn every_command_of_salesforce_gives_what_its_readme_says() {
    SALESFORCE.check_readme();
}

#[test]
fn an_edit_is_served_at_once_and_a_fault_is_told_and_changes_nothing() {
    let (program, folder) = WEATHER.program(WEATHER.upstream(), &["--watch"]);
    let ask = Request::call(
        r#"{"fulfillmentInfo":{"tag":"weather"},"sessionInfo":{"parameters":{"city":"Lima","units":"metric"}}}"#,
    );
    let said = || program.connect().ask(&ask).said();
    assert_eq!(said(), "It is 19 degrees in Lima, with clear skies.");
    let file = folder.join("rejoinder.toml");
    let config = std::fs::read_to_string(&file).expect("text");
    std::fs::write(&file, config.replace("reply = \"It is", "reply = \"Outside it is")).expect("written");
    until("the new text is said", || said() == "Outside it is 19 degrees in Lima, with clear skies.");
    let resource = folder.join("webhooks/weather-api.json");
    let text = std::fs::read_to_string(&resource).expect("text");
    std::fs::write(&resource, text.replace("$.now.sky", "$.now..sky..x")).expect("written");
    until("the fault is told", || program.log().contains("routes not reloaded"));
    assert!(program.log().contains("parameterMapping.sky: `$.now..sky..x`"), "{}", program.log());
    assert_eq!(said(), "Outside it is 19 degrees in Lima, with clear skies.");
}

/// Runs the real command over every resource and every setting of a page; gives the folder they are in then.
fn check_blocks(blocks: &[Block]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    let in_language = |language| blocks.iter().filter(move |block| block.language == language);
    for (index, Block { text, .. }) in in_language("json").enumerate() {
        let value: serde_json::Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let kind = match () {
            () if value.get("genericWebService").is_some() => "webhook",
            () if value.get("webhookConfig").is_some() => "environment",
            () => continue,
        };
        let name = format!("{kind}s/{index}.json");
        write(&name, text);
        let Ended { code, out, errors } = run(folder.path(), &["inspect", "--strict", kind, &name], &[]);
        assert_eq!(code, Some(0), "{out}{errors}");
    }
    // The first one stays.
    for Block { text, .. } in in_language("toml").collect::<Vec<_>>().into_iter().rev() {
        write("rejoinder.toml", text);
        // Where a check of the caller stands, its secrets are in the environment.
        let secrets = ["AGENT_PASSWORD", "AGENT_KEY", "AGENT_KEY_NEXT"].map(|name| (name, "example"));
        let Ended { code, errors, .. } = run(folder.path(), &["check"], &secrets);
        assert_eq!(code, Some(0), "{errors}\n{text}");
    }
    folder
}

#[test]
fn every_block_of_the_page_on_flexible_webhooks_is_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/flexible.md");
    let blocks = blocks(&std::fs::read_to_string(page).expect("a page"));
    let folder = check_blocks(&blocks);
    let has = |text: &str| blocks.iter().any(|block| block.text == text);
    let words = [
        "export",
        "webhook",
        "order-status",
        "--public-url",
        "https://hooks.example.com",
        "--messages",
        "said",
    ];
    let exported = run(folder.path(), &words, &[]);
    assert!(has(&exported.out), "{}{}", exported.out, exported.errors);
    let flexible = Request::get("/flexible/order-status?customer_name=Ada&order_id=42");
    let answer = String::from_utf8(Program::serve().connect().ask(&flexible).body).expect("text");
    assert!(has(&format!("{answer}\n")), "{answer}");
}

#[test]
fn every_block_of_the_page_on_deferred_answers_is_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/deferred.md");
    check_blocks(&blocks(&std::fs::read_to_string(page).expect("a page")));
}

#[test]
fn every_setting_of_the_readme_is_right() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let mut blocks = blocks(&std::fs::read_to_string(page).expect("a page"));
    blocks.retain(|block| !block.text.starts_with("[dependencies]"));
    check_blocks(&blocks);
}
