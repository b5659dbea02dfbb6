//! The address for operators, away from the agents' door: metrics, served tags and health without a token,
//! and management with one.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};

use super::api;
use super::console::Console;
use super::error::ServerError;
use super::manage::{dialogflow, zendesk};
use super::pages::{self, Audience};
use super::service::Service;
use crate::config::Bind;

/// `server.admin_bind`, taken.
#[derive(Debug)]
pub(super) struct Admin {
    listener: TcpListener,
    pub(super) address: SocketAddr,
}

impl Admin {
    /// Takes the address, if there is one.
    pub(super) fn bind(bind: Option<&Bind>) -> Result<Option<Self>, ServerError> {
        let Some(bind) = bind else { return Ok(None) };
        let failed = |cause| ServerError::AdminBind { bind: bind.clone(), cause };
        let addresses = bind.addresses().map_err(failed)?;
        let listener = TcpListener::bind(&addresses[..]).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Some(Self { listener, address }))
    }

    /// Answers until the handle is told to stop.
    pub(super) fn start(
        self,
        service: &Service,
        dialogflow: &dialogflow::Api,
        zendesk: &zendesk::Api,
        console: &Console,
    ) -> std::io::Result<ServerHandle> {
        let Self { listener, address } = self;
        let (service, dialogflow) = (service.clone(), dialogflow.clone());
        let (zendesk, console) = (zendesk.clone(), console.clone());
        let app = move || {
            App::new()
                .configure(|config| {
                    pages::register(config, &service, Audience::Everyone);
                    pages::register_handlers(config, &service, Audience::Everyone);
                    api::register(config, &service.door, Audience::Everyone);
                    dialogflow.register(config);
                    zendesk.register(config);
                    console.register(config);
                })
                .default_service(web::to(|| async { pages::nothing_here() }))
        };
        // A scrape now and then: one thread is plenty.
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run();
        let handle = server.handle();
        tokio::spawn(server);
        tracing::info!(
            %address,
            "answering /metrics, /api/handlers and health to whoever reaches this address, and management to tokens (server.admin_bind)"
        );
        Ok(handle)
    }
}
