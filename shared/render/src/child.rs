//! The parent's side: starts a child for each page, and ends it when its time is over.

use std::collections::VecDeque;
use std::io::Write as _;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pdf::{PageRenderer, Picture, ReadAt, RenderFault};

use crate::Limits;
use crate::page::{Fault, Scale};
use crate::protocol::{Question, read_answer};
use crate::worker::{ARGUMENT, program};

/// Renders pages in children of this process, all of them within one budget of time.
pub struct Renderer {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    spent: Duration,
    /// The pictures made last, the newest first. A page is asked for once for each signature.
    kept: VecDeque<Kept>,
}

struct Kept {
    /// Held, so that nothing else can have its address.
    source: Arc<dyn ReadAt>,
    size: u64,
    page: u32,
    scale: Scale,
    picture: Picture,
}

impl Renderer {
    /// A renderer with a budget of its own: one for each file that is looked at.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    /// Draws a page, as [`PageRenderer::render`] does, as large as is asked for.
    ///
    /// # Errors
    ///
    /// [`Fault`].
    pub fn picture(
        &self,
        source: &Arc<dyn ReadAt>,
        size: u64,
        password: Option<&[u8]>,
        page: u32,
        scale: Scale,
    ) -> Result<Picture, Fault> {
        let size = size.min(source.size());
        let is_it = |kept: &&Kept| {
            Arc::ptr_eq(&kept.source, source) && (kept.size, kept.page, kept.scale) == (size, page, scale)
        };
        if let Some(kept) = self.state().kept.iter().find(is_it) {
            return Ok(kept.picture.clone());
        }
        let patience = self.patience();
        if patience.is_zero() {
            return Err(Fault::Late);
        }
        let question = Question {
            page,
            scale,
            pixels: self.limits.pixels,
            memory_bytes: self.limits.memory_bytes.saturating_add(size.saturating_mul(2)),
            cpu_seconds: patience.as_secs().saturating_add(1),
            size,
            password: password.map(<[u8]>::to_vec),
        };
        let started = Instant::now();
        let answer = ask(&question, &**source, patience);
        self.state().spent += started.elapsed();
        let picture = answer?;
        self.keep(Kept { source: Arc::clone(source), size, page, scale, picture: picture.clone() });
        Ok(picture)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of the time for all pages, but not more than one page may take.
    fn patience(&self) -> Duration {
        self.limits.total_time.saturating_sub(self.state().spent).min(self.limits.page_time)
    }

    fn keep(&self, kept: Kept) {
        let mut state = self.state();
        state.kept.push_front(kept);
        let mut bytes = 0;
        state.kept.retain(|it| {
            bytes += it.picture.rgba.len();
            bytes <= KEPT_BYTES
        });
    }
}

impl PageRenderer for Renderer {
    fn render(
        &self,
        source: &Arc<dyn ReadAt>,
        size: u64,
        password: Option<&[u8]>,
        page: u32,
        dpi: u32,
    ) -> Result<Picture, RenderFault> {
        Ok(self.picture(source, size, password, page, Scale::Dpi(dpi))?)
    }
}

impl std::fmt::Debug for Renderer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renderer").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn ask(question: &Question, source: &dyn ReadAt, patience: Duration) -> Result<Picture, Fault> {
    let deadline = Instant::now() + patience;
    let mut child = start()?;
    let (Some(stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
        end(&mut child);
        return Err(Fault::Missing);
    };
    let pixels = question.pixels;
    std::thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        scope.spawn(move || {
            // Nobody listens any more when the time is over.
            let _late = sender.send(read_answer(&mut stdout, pixels));
        });
        let (fed_sender, fed) = mpsc::channel();
        scope.spawn(move || {
            let _late = fed_sender.send(feed(stdin, question, source));
        });
        let answer = receiver.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        // Ends the two threads as well: their pipes are closed.
        end(&mut child);
        match (answer, fed.recv()) {
            (Err(RecvTimeoutError::Timeout), _) => Err(Fault::Late),
            (_, Ok(Err(Feed::Source))) => Err(Fault::Unread),
            (Ok(answer), _) => answer,
            (Err(RecvTimeoutError::Disconnected), _) => Err(Fault::Crashed),
        }
    })
}

/// Starts this program again as a worker, with nothing of the environment: it may hold credentials.
fn start() -> Result<Child, Fault> {
    let program = program().ok_or(Fault::Missing)?;
    Command::new(program)
        .arg(ARGUMENT)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| Fault::Missing)
}

/// Why the file did not reach the child.
enum Feed {
    /// The child has closed its end: its answer says why.
    Child,
    /// The file cannot be read.
    Source,
}

fn feed(mut stdin: ChildStdin, question: &Question, source: &dyn ReadAt) -> Result<(), Feed> {
    question.write(&mut stdin).map_err(|_| Feed::Child)?;
    let mut block = vec![0; BLOCK_BYTES];
    let mut at = 0;
    while at < question.size {
        let length = usize::try_from(question.size - at).unwrap_or(BLOCK_BYTES).min(BLOCK_BYTES);
        let part = block.get_mut(..length).ok_or(Feed::Source)?;
        source.read_at(at, part).map_err(|_| Feed::Source)?;
        stdin.write_all(part).map_err(|_| Feed::Child)?;
        at += length as u64;
    }
    Ok(())
}

fn end(child: &mut Child) {
    // One that has ended already cannot be killed, and needs not be.
    let _ended = child.kill();
    let _status = child.wait();
}

const BLOCK_BYTES: usize = 1 << 20;
/// Some dozens of pages at the resolution of a screen.
const KEPT_BYTES: usize = 64 << 20;
