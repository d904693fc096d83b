//! The child's side: reads a question and a file, rasterises one page, and answers.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use pdf::Picture;
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::page::{Fault, Scale};
use crate::protocol::{Question, write_answer};

/// The argument that makes a program a worker.
pub(crate) const ARGUMENT: &str = "--render-page-from-stdin";

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// The first line of a `main` whose program renders pages.
///
/// In a child that was started to render, it does so and ends the process. Otherwise it lets this program
/// start itself again as such a child, and returns.
pub fn worker_main_if_asked() {
    if std::env::args_os().nth(1).as_deref() == Some(OsStr::new(ARGUMENT)) {
        let code = i32::from(work().is_err());
        std::process::exit(code);
    }
    // On Linux this names the program that runs, even after its file was replaced.
    let own = Path::new("/proc/self/exe");
    let own = if own.exists() { Ok(own.to_owned()) } else { std::env::current_exe() };
    if let Ok(own) = own {
        use_program(own);
    }
}

/// Lets another program render, whose `main` begins with [`worker_main_if_asked`]. The first call counts.
pub fn use_program(program: PathBuf) {
    let _first = PROGRAM.set(program);
}

/// The program that renders; none before [`worker_main_if_asked`] or [`use_program`]: a program that does
/// not know that it is a child would do its whole work again.
pub(crate) fn program() -> Option<&'static Path> {
    PROGRAM.get().map(PathBuf::as_path)
}

fn work() -> io::Result<()> {
    let mut stdin = io::stdin().lock();
    let question = Question::read(&mut stdin)?;
    confine(&question)?;
    let mut file = Vec::new();
    file.try_reserve_exact(usize::try_from(question.size).map_err(io::Error::other)?)
        .map_err(io::Error::other)?;
    stdin.take(question.size).read_to_end(&mut file)?;
    if u64::try_from(file.len()) != Ok(question.size) {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let answer = picture(file, &question);
    write_answer(&mut io::stdout().lock(), &answer)
}

/// Lets the system end this process when it takes too much, and takes away what it does not need.
fn confine(question: &Question) -> io::Result<()> {
    for (resource, most) in [
        (Resource::As, question.memory_bytes),
        (Resource::Cpu, question.cpu_seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, OPEN_FILES),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

fn picture(file: Vec<u8>, question: &Question) -> Result<Picture, Fault> {
    let password = match &question.password {
        // What is no text cannot be the password of a file that this rasteriser reads.
        Some(bytes) => std::str::from_utf8(bytes).map_err(|_| Fault::Unreadable)?,
        None => "",
    };
    let pdf = Pdf::new_with_password(file, password).map_err(|_| Fault::Unreadable)?;
    let index = usize::try_from(question.page).ok().and_then(|page| page.checked_sub(1));
    let page = index.and_then(|index| pdf.pages().get(index)).ok_or(Fault::NoPage)?;
    let (width, height) = page.render_dimensions();
    let scale = factor(question.scale, width);
    if !fits(width * scale, height * scale, question.pixels) {
        return Err(Fault::TooLarge);
    }
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
    );
    Ok(Picture {
        width: pixmap.width().into(),
        height: pixmap.height().into(),
        rgba: pixmap.data_as_u8_slice().to_vec(),
    })
}

/// Pixels for each point of a page that is so many points wide.
#[expect(clippy::cast_precision_loss, reason = "resolutions and widths have five digits at most")]
fn factor(scale: Scale, width_points: f32) -> f32 {
    match scale {
        Scale::Dpi(dpi) => dpi.min(MAX_DPI) as f32 / 72.0,
        Scale::Width(pixels) => pixels.min(u16::MAX.into()) as f32 / width_points.max(f32::MIN_POSITIVE),
    }
}

/// Whether a picture of this size has at least one pixel, and not too many.
fn fits(width: f32, height: f32, pixels: u64) -> bool {
    let side = 1.0..=f32::from(u16::MAX);
    #[expect(clippy::cast_precision_loss, reason = "a limit needs no last digit")]
    let most = pixels as f32;
    side.contains(&width) && side.contains(&height) && width * height <= most
}

const MAX_DPI: u32 = 1200;
/// The pipes, and what the system's library may open by itself.
const OPEN_FILES: u64 = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_a_size() {
        assert!(fits(595.0, 842.0, 1 << 20));
        for (width, height) in
            [(0.5, 800.0), (70_000.0, 1.0), (2000.0, 2000.0), (f32::NAN, 1.0), (-3.0, -3.0)]
        {
            assert!(!fits(width, height, 1 << 20), "{width} x {height}");
        }
    }
}
