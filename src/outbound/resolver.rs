//! Turns names into addresses, and lets through only those that may be called.
//!
//! What is checked here is what is connected to: no second look-up could give another answer.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::guard::{Guard, Refusal};
use crate::config::Endpoint;

/// How many addresses of one name are tried.
const MOST_ADDRESSES: usize = 16;

/// The system's resolver.
#[derive(Debug)]
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The client puts in the port.
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Asks another resolver, and drops the addresses that are refused.
pub(super) struct Guarded {
    pub(super) guard: Arc<Guard>,
    pub(super) inner: Arc<dyn Resolve>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, host) = (self.guard.clone(), name.as_str().to_owned());
        let asked = self.inner.resolve(name);
        Box::pin(async move {
            let mut permitted = Vec::new();
            let mut refused: Option<Refusal> = None;
            for address in asked.await?.take(MOST_ADDRESSES) {
                match guard.check_address(&host, address.ip()) {
                    Ok(()) => permitted.push(address),
                    Err(refusal) => refused = refused.or(Some(refusal)),
                }
            }
            match refused {
                Some(refusal) if permitted.is_empty() => Err(refusal.into()),
                _ if permitted.is_empty() => Err("the name has no address".into()),
                _ => Ok(Box::new(permitted.into_iter()) as Addrs),
            }
        })
    }
}

/// Answers every name with the address that the operator set, which nobody checks.
pub(super) struct Pinned(pub(super) Endpoint);

impl Resolve for Pinned {
    fn resolve(&self, _: Name) -> Resolving {
        let Endpoint { host, port } = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), port.unwrap_or(0))).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
