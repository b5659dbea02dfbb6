//! What there is to know at a glance.

use super::asked::Asked;
use super::problem::Problem;
use super::routes::Routes;
use super::shown::Shown;
use crate::access::Action;
use crate::console::Section;
use crate::console::overview::OverviewPage;

pub(super) fn routes(routes: &mut Routes) {
    routes.get("/console/", Action::View, show);
}

async fn show(asked: Asked) -> Result<Shown, Problem> {
    Shown::page(&OverviewPage { chrome: asked.chrome("Overview", Section::Overview) })
}
