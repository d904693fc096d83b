//! Just enough HTTP/1.0 to ask time-stamp authorities and OCSP responders and to get CRLs.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

/// How long one step of a conversation may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The longest answer read, in bytes.
const MAX_ANSWER_BYTES: u64 = 8 << 20;

/// Posts a body to an `http` URL and returns the answer's body.
pub(crate) fn post(url: &str, content_type: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    exchange("POST", url, &format!("Content-Type: {content_type}\r\n"), body)
}

/// Gets what stands at an `http` URL.
pub(crate) fn get(url: &str) -> io::Result<Vec<u8>> {
    exchange("GET", url, "", &[])
}

fn exchange(method: &str, url: &str, headers: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let rest = url.strip_prefix("http://").ok_or_else(|| invalid("only http URLs are supported"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let address = address.to_socket_addrs()?.next().ok_or_else(|| invalid("the host has no address"))?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    let length = body.len();
    write!(stream, "{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n")?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
    let (head, body) = end
        .and_then(|end| answer.split_at_checked(end + 4))
        .ok_or_else(|| invalid("the answer is not HTTP"))?;
    let head = String::from_utf8_lossy(head);
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(invalid(&format!("the answer has status {status}")));
    }
    Ok(body.to_vec())
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
