//! Published vectors of transparency-dev/merkle, and trees of every size beside the definition of RFC 6962.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use tlog::{
    Broken, Checkpoint, Edge, Hash, Nodes, NoteError, Proof, Signer, TileId, TreeError, Verifier,
    check_consistency, check_inclusion, consistency, entries_path, entry_bundle, fsck, inclusion, leaf_hash,
    node_hash, open, tiles_of_consistency, tiles_of_inclusion,
};

const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/// Index, size, path.
const INCLUSION: [(u64, u64, &[&str]); 7] = [
    (0, 1, &[]),
    (0, 2, &["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]),
    (1, 2, &["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]),
    (2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];
/// Old size, size, proof.
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn hash(hex_digits: &str) -> Hash {
    hex::decode(hex_digits).unwrap().try_into().unwrap()
}

fn published(size: usize) -> Vec<Hash> {
    LEAVES[..size].iter().map(|it| leaf_hash(&hex::decode(it).unwrap())).collect()
}

/// A tree in memory, appended to in one go.
fn tree(leaves: &[Hash]) -> (Edge, Nodes) {
    let mut edge = Edge::default();
    let tiles = edge.append(leaves.iter().copied());
    (edge, Nodes::new(leaves.len() as u64, tiles.into_iter().map(|it| (it.id, it.bytes))))
}

/// MTH of RFC 6962 section 2.1, to the letter.
fn definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => tlog::empty_root(),
        [leaf] => *leaf,
        _ => {
            let split = 1 << (leaves.len() - 1).ilog2();
            node_hash(&definition(&leaves[..split]), &definition(&leaves[split..]))
        }
    }
}

fn numbered(count: u64) -> Vec<Hash> {
    (0..count).map(|it| leaf_hash(&it.to_be_bytes())).collect()
}

#[test]
fn published_roots_and_proofs_are_ours() {
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(tree(&published(size)).0.root(), hash(root), "{size}");
    }
    for (index, size, wanted) in INCLUSION {
        let leaves = published(usize::try_from(size).unwrap());
        let proof = inclusion(&tree(&leaves).1, index, size).unwrap();
        assert_eq!(proof, wanted.iter().map(|it| hash(it)).collect::<Vec<_>>(), "{index}:{size}");
        let leaf = &leaves[usize::try_from(index).unwrap()];
        check_inclusion(leaf, index, size, &proof, &hash(ROOTS[usize::try_from(size).unwrap()])).unwrap();
    }
    for (old, size, wanted) in CONSISTENCY {
        let proof = consistency(&tree(&published(usize::try_from(size).unwrap())).1, old, size).unwrap();
        assert_eq!(proof, wanted.iter().map(|it| hash(it)).collect::<Vec<_>>(), "{old}:{size}");
        let root = |size: u64| hash(ROOTS[usize::try_from(size).unwrap()]);
        check_consistency((old, &root(old)), (size, &root(size)), &proof).unwrap();
    }
}

#[test]
fn proofs_that_were_touched_are_refused() {
    for (index, size, wanted) in INCLUSION.into_iter().filter(|(_, _, proof)| !proof.is_empty()) {
        let leaf = published(8)[usize::try_from(index).unwrap()];
        let root = hash(ROOTS[usize::try_from(size).unwrap()]);
        let proof: Vec<Hash> = wanted.iter().map(|it| hash(it)).collect();
        let check = |leaf: &Hash, index, size, proof: &[Hash], root: &Hash| {
            check_inclusion(leaf, index, size, proof, root)
        };
        assert_eq!(check(&leaf, index, size, &proof[1..], &root), Err(TreeError::Length));
        let longer = [proof.clone(), vec![root]].concat();
        assert_eq!(check(&leaf, index, size, &longer, &root), Err(TreeError::Length));
        assert_eq!(check(&leaf, index, size, &proof, &leaf), Err(TreeError::Root));
        assert_eq!(check(&root, index, size, &proof, &root), Err(TreeError::Root));
        assert_eq!(check(&leaf, size, size, &proof, &root), Err(TreeError::OutOfRange));
        let other = (index + 1) % size;
        assert!(check(&leaf, other, size, &proof, &root).is_err(), "{index}:{size}");
        let mut changed = proof.clone();
        changed[0][0] ^= 1;
        assert_eq!(check(&leaf, index, size, &changed, &root), Err(TreeError::Root));
    }
}

#[test]
fn a_tree_of_70_000_leaves_is_the_same_however_it_grew() {
    const SIZE: u64 = 70_000;
    let leaves = numbered(SIZE);
    let (edge, nodes) = tree(&leaves);
    assert_eq!(edge.root(), definition(&leaves));
    let mut grown = Edge::default();
    let mut tiles: BTreeMap<TileId, Vec<u8>> = BTreeMap::new();
    for batch in leaves.chunks(1_234) {
        tiles.extend(grown.append(batch.iter().copied()).into_iter().map(|it| (it.id, it.bytes)));
        let read = Edge::read(grown.size(), |id| tiles.get(id).cloned()).unwrap();
        assert_eq!(read.root(), grown.root());
        grown = read;
    }
    assert_eq!(grown.root(), edge.root());
    for (index, old) in [(0, 1), (255, 256), (256, 257), (65_535, 65_536), (69_999, 69_999)] {
        let wanted = tiles_of_inclusion(index, SIZE);
        assert!(wanted.len() <= 6, "{wanted:?}");
        let few = Nodes::new(SIZE, wanted.into_iter().map(|id| (id, tiles[&id].clone())));
        let proof = inclusion(&few, index, SIZE).unwrap();
        assert_eq!(proof, inclusion(&nodes, index, SIZE).unwrap());
        check_inclusion(&leaves[usize::try_from(index).unwrap()], index, SIZE, &proof, &edge.root()).unwrap();
        let wanted = tiles_of_consistency(old, SIZE);
        let few = Nodes::new(SIZE, wanted.into_iter().map(|id| (id, tiles[&id].clone())));
        let old_root = definition(&leaves[..usize::try_from(old).unwrap()]);
        let proof = consistency(&few, old, SIZE).unwrap();
        check_consistency((old, &old_root), (SIZE, &edge.root()), &proof).unwrap();
    }
}

proptest! {
    #[test]
    fn every_leaf_and_every_earlier_tree_is_proven(size in 1_u64..700, at in 0.0..1.0_f64) {
        let leaves = numbered(size);
        let (edge, nodes) = tree(&leaves);
        prop_assert_eq!(edge.root(), definition(&leaves));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "small")]
        let index = (at * size as f64) as u64;
        let proof = inclusion(&nodes, index, size).unwrap();
        let leaf = &leaves[usize::try_from(index).unwrap()];
        check_inclusion(leaf, index, size, &proof, &edge.root()).unwrap();
        let old = index + 1;
        let old_root = definition(&leaves[..usize::try_from(old).unwrap()]);
        let proof = consistency(&nodes, old, size).unwrap();
        check_consistency((old, &old_root), (size, &edge.root()), &proof).unwrap();
        let mut rewritten = leaves.clone();
        rewritten[0][0] ^= 1;
        let other = definition(&rewritten);
        prop_assert!(check_consistency((old, &old_root), (size, &other), &proof).is_err());
    }
}

fn signer() -> Signer {
    Signer::from_seed("log.example.com/paraphe", &[7; 32]).unwrap()
}

#[test]
fn a_checkpoint_is_opened_by_its_own_key_and_no_other() {
    let checkpoint = Checkpoint { origin: signer().name().to_owned(), size: 3, root: hash(ROOTS[3]) };
    let note = checkpoint.sign(&signer()).unwrap();
    let verifier = signer().verifier().unwrap();
    assert_eq!(Verifier::parse(&verifier.to_string()).unwrap(), verifier);
    assert_eq!(Checkpoint::open(&note, &verifier).unwrap(), checkpoint);
    let with_witness = format!("{note}\u{2014} witness.example.com AAAAAAAA\n");
    assert_eq!(Checkpoint::open(&with_witness, &verifier).unwrap(), checkpoint);
    let other = Signer::from_seed("log.example.com/paraphe", &[8; 32]).unwrap().verifier().unwrap();
    assert_eq!(Checkpoint::open(&note, &other), Err(NoteError::Unsigned));
    let renamed = Signer::from_seed("log.example.com/other", &[7; 32]).unwrap();
    let foreign = checkpoint.sign(&renamed).unwrap();
    assert_eq!(Checkpoint::open(&foreign, &renamed.verifier().unwrap()), Err(NoteError::Unsigned));
    for broken in
        [note.replacen('3', "4", 1), note.replace("\n\n", "\n"), note.trim_end().to_owned(), String::new()]
    {
        assert!(Checkpoint::open(&broken, &verifier).is_err(), "{broken}");
    }
    for text in ["a\n03\nAAAA\n", "a\n3\nAAAA\n", "\n3\nAAAA\n", "a\n-1\nAAAA\n", "a\n3"] {
        assert_eq!(Checkpoint::parse(text), Err(NoteError::Malformed), "{text}");
    }
    assert!(Signer::from_seed("two words", &[7; 32]).is_err() && Signer::from_seed("x", &[7; 31]).is_err());
    assert_eq!(signer().sign("no end"), Err(NoteError::Malformed));
    for key in ["", "x", "x+00000000+AQ==", &verifier.to_string().replace("paraphe", "parapha")] {
        assert_eq!(Verifier::parse(key), Err(NoteError::Key), "{key}");
    }
}

/// The signed note and the key of the specification's own example (C2SP `signed-note`, golang.org/x/mod/sumdb/note).
#[test]
fn a_note_that_others_signed_is_opened() {
    let verifier =
        Verifier::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let note = format!(
        "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    );
    assert_eq!(open(&note, &verifier), Ok(text));
}

#[test]
fn a_proof_stands_on_its_own() {
    let (edge, nodes) = tree(&published(8));
    let checkpoint = Checkpoint { origin: signer().name().to_owned(), size: 8, root: edge.root() };
    let note = checkpoint.sign(&signer()).unwrap();
    let proof = Proof { index: 5, hashes: inclusion(&nodes, 5, 8).unwrap(), checkpoint: note };
    let text = proof.to_text();
    assert_eq!(Proof::parse(&text).unwrap(), proof);
    assert_eq!(Proof::parse(&text.replacen("index", "extra AAAA\nindex", 1)).unwrap(), proof);
    let verifier = signer().verifier().unwrap();
    let entry = hex::decode(LEAVES[5]).unwrap();
    assert_eq!(proof.check(&entry, &verifier).unwrap(), checkpoint);
    assert!(proof.check(b"another", &verifier).is_err());
    for broken in [
        text.replace("@v1", "@v2"),
        text.replace("index 5", "index 05"),
        text.replace("index 5\n", ""),
        String::new(),
    ] {
        assert!(Proof::parse(&broken).is_err(), "{broken}");
    }
}

#[test]
fn a_log_is_checked_whole_and_its_broken_place_named() {
    let entries: Vec<Vec<u8>> = (0..70_000_u32).map(|it| it.to_be_bytes().to_vec()).collect();
    let mut edge = Edge::default();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for tile in edge.append(entries.iter().map(|it| leaf_hash(it))) {
        files.insert(tile.id.path(), tile.bytes);
    }
    for (index, chunk) in (0..).zip(entries.chunks(256)) {
        let bundle = entry_bundle(chunk.iter().map(Vec::as_slice)).unwrap();
        files.insert(entries_path(index, u16::try_from(chunk.len()).unwrap()), bundle);
    }
    let checkpoint = Checkpoint { origin: "x".to_owned(), size: 70_000, root: edge.root() };
    let whole = fsck(&checkpoint, |path| files.get(path).cloned()).unwrap();
    assert_eq!((whole.entries, whole.tiles), (70_000, 274 + 2 + 1));
    for path in ["tile/1/001.p/17", "tile/2/000.p/1", "tile/0/100", "tile/entries/007"] {
        let read = |asked: &str| files.get(asked).cloned().filter(|_| asked != path);
        assert_eq!(fsck(&checkpoint, read), Err(Broken::Missing { path: path.to_owned() }));
        let read = |asked: &str| {
            let mut bytes = files.get(asked).cloned()?;
            bytes[5] ^= u8::from(asked == path);
            Some(bytes)
        };
        assert!(fsck(&checkpoint, read).is_err(), "{path}");
    }
    let other = Checkpoint { root: [0; 32], ..checkpoint };
    assert_eq!(fsck(&other, |path| files.get(path).cloned()), Err(Broken::Root));
}
