use super::super::Parts;
use super::*;
use crate::testing::{MetadataServer, SecretManager};

const NAME: &str = "projects/p/secrets/s/versions/latest";

struct World {
    clock: Clock,
    manager: SecretManager,
    secrets: Secrets,
    secret: Secret,
    metadata: MetadataServer,
}

fn world() -> World {
    let (clock, manager, metadata) =
        (Clock::manual(), SecretManager::start(), MetadataServer::start("a@b.example"));
    let settings = config::Outbound { max_attempts: 1, breaker_failures: 0, ..config::Outbound::default() };
    let outbound = Outbound::with_parts(&settings, Parts { clock: clock.clone(), ..Parts::default() });
    let google = Google::with_metadata(None, Some(metadata.url()));
    let kept = config::Secrets {
        endpoint: manager.url(),
        max_age: Duration::from_secs(300),
        allow: Vec::new(),
        allow_accounts: Vec::new(),
    };
    let file = format!(
        "[auth]\nany_of = [{{ kind = \"basic\", username = \"u\", password = {{ secret = \"{NAME}\" }} }}]\n"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rejoinder.toml");
    std::fs::write(&path, file).expect("written");
    let sources = config::Sources { file: Some(path), ..config::Sources::default() };
    let config = config::Config::load(&sources).expect("settings");
    let secret = config.references[0].1.clone();
    let secrets = Secrets::new(&kept, &config.references, &outbound, google);
    World { clock, manager, secrets, secret, metadata }
}

#[tokio::test]
async fn a_secret_is_read_before_it_is_needed_and_again_when_it_is_old() {
    let World { clock, manager, secrets, secret, metadata: _running } = world();
    let error = secrets.resolve().await.expect_err("not there").to_string();
    assert!(
        error.contains("auth.any_of[].password: the secret projects/p/secrets/s/versions/latest"),
        "{error}"
    );
    manager.add("projects/p/secrets/s", "one\n");
    secrets.resolve().await.expect("there");
    assert_eq!(&*secret.expose(), "one");
    manager.add("projects/p/secrets/s", "two");
    let numbered = secrets.version(&"projects/p/secrets/s/versions/1".parse().expect("a name"));
    assert_eq!(&*secrets.value(&numbered).await.expect("there"), "one");
    let reads = manager.reads();
    for (advance, expected, more) in
        [(0, "one", 0), (290, "one", 0), (10, "two", 1), (299, "two", 0), (1, "two", 1)]
    {
        clock.advance(Duration::from_secs(advance));
        let before = manager.reads();
        secrets.refresh_due(Duration::ZERO).await;
        assert_eq!((&*secret.expose(), manager.reads() - before), (expected, more), "after {advance} s");
    }
    clock.advance(Duration::from_secs(3600));
    secrets.refresh_due(Duration::ZERO).await;
    assert_eq!(manager.reads(), reads + 4, "a numbered version is read every hour");
    drop(numbered);
    secrets.refresh().await;
    assert_eq!(manager.reads(), reads + 5, "what nobody needs any more is not read");
}

#[tokio::test]
async fn the_last_good_value_is_kept() {
    let World { manager, secrets, secret, metadata: _running, .. } = world();
    manager.add("projects/p/secrets/s", "good");
    secrets.resolve().await.expect("there");
    let version = secret.version();
    for fail in [
        &(|manager: &SecretManager| manager.fail_with(503)) as &dyn Fn(&SecretManager),
        &|manager| manager.fail_with(403),
        &|manager| manager.damage(),
        &|manager| assert!(manager.add("projects/p/secrets/s", "") > 1),
        &|manager| assert!(manager.add("projects/p/secrets/s", [0xff]) > 1),
    ] {
        fail(&manager);
        secrets.refresh().await;
        assert_eq!((&*secret.expose(), secret.version()), ("good", version));
        manager.recover();
    }
    manager.add("projects/p/secrets/s", "better");
    secrets.refresh().await;
    assert_eq!(&*secret.expose(), "better");
}

#[tokio::test]
async fn all_who_need_a_secret_at_once_read_it_once() {
    let World { manager, secrets, metadata: _running, .. } = world();
    manager.add("projects/p/secrets/s", "x");
    let version = secrets.version(&NAME.parse().expect("a name"));
    let all = join_all((0..20).map(|_| secrets.value(&version))).await;
    assert!(all.iter().all(|value| value.as_ref().is_ok_and(|value| &**value == "x")));
    assert_eq!(manager.reads(), 1);
}

#[tokio::test]
async fn files_are_read_again_and_a_lost_one_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write(
        "rejoinder.toml",
        "[auth]\nany_of = [{ kind = \"header\", name = \"X\", values = [{ file = \"key\" }] }]\n",
    );
    let sources =
        config::Sources { file: Some(folder.path().join("rejoinder.toml")), ..config::Sources::default() };
    let error = config::Config::load(&sources).expect_err("no file").to_string();
    assert!(error.contains("write the secret into it, or correct the path"), "{error}");
    write("key", "one\n");
    let config = config::Config::load(&sources).expect("settings");
    assert!(config.effective.contains("{ file = \"key\" }"), "{}", config.effective);
    let outbound = Outbound::new(&config.outbound);
    let secrets = Secrets::new(&config.secrets, &config.references, &outbound, Google::new(None));
    let secret = &config.references[0].1;
    assert_eq!(&*secret.expose(), "one");
    write("key", "two\r\n");
    secrets.refresh_due(Duration::ZERO).await;
    assert_eq!(&*secret.expose(), "two");
    std::fs::remove_file(folder.path().join("key")).expect("removed");
    secrets.refresh().await;
    assert_eq!(&*secret.expose(), "two");
}
