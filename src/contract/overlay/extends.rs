//! Which documents an overlay applies to.

use super::Overlay;

/// The indices of the documents, given by name, that `overlay` applies to: without `extends` all of them.
pub(super) fn choose(overlay: &Overlay, documents: &[&str]) -> Vec<usize> {
    let Some(reference) = &overlay.extends else { return (0..documents.len()).collect() };
    let path = reference.split(['#', '?']).next().unwrap_or_default();
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    let folder = segments(overlay.name()).split_last().map(|(_, folder)| folder.to_vec()).unwrap_or_default();
    let beside = normal(folder.into_iter().chain(segments(&path)));
    let is_beside = |name: &str| !path.starts_with('/') && normal(segments(name)) == beside;
    let by_place: Vec<usize> = matching(documents, is_beside);
    if !by_place.is_empty() {
        return by_place;
    }
    // An absolute URI, or files that were moved: the file name decides where it names one document only.
    let wanted = segments(&path).pop();
    let by_name = matching(documents, |name| segments(name).pop() == wanted);
    if by_name.len() == 1 { by_name } else { Vec::new() }
}

fn matching(documents: &[&str], is_meant: impl Fn(&str) -> bool) -> Vec<usize> {
    documents.iter().enumerate().filter(|(_, name)| is_meant(name)).map(|(id, _)| id).collect()
}

fn segments(path: &str) -> Vec<&str> {
    path.split(['/', '\\']).collect()
}

/// Without `.`, and without `..` where something stands before it.
fn normal<'p>(segments: impl IntoIterator<Item = &'p str>) -> Vec<&'p str> {
    let mut kept: Vec<&str> = Vec::new();
    for segment in segments {
        match segment {
            "." => {}
            ".." if kept.last().is_some_and(|last| *last != "..") => {
                kept.pop();
            }
            segment => kept.push(segment),
        }
    }
    kept
}
