//! Every limit of the doors, with its reason.

use std::time::Duration;

/// Connections open at once when nobody says how many: 5,000 screens with a feed each, and room for those who ask.
pub const CONNECTIONS_MAX: usize = 8_000;
/// Of these, how many quarters one address may hold, so that nobody alone keeps all others out. An office of 5,000 screens
/// behind one address still fits. Behind a proxy everybody comes from one address, and the proxy has to see to it.
pub const CONNECTIONS_PER_ADDRESS_QUARTERS: usize = 3;
/// File handles for all else: the store and its pool, the log, exports at work, pictures being fetched.
pub const HANDLES_FOR_THE_HOUSE: u64 = 256;
/// Commands on this machine that come in at once: people type them one after the other.
pub const CONSOLES_MAX: usize = 16;
/// A TLS handshake must be done within this time: two round trips and two signatures, on a poor mobile line.
pub const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);
/// Requests at work on one HTTP/2 connection: a large screen asks for some sixty tiles at once, browsers wait at a hundred.
pub const H2_STREAMS_MAX: u32 = 128;
/// Bytes of one answer that wait for a peer on HTTP/2; times the streams, what one connection may hold.
pub const H2_SEND_BYTES_MAX: usize = 64 * 1024;
/// Bytes a peer may send of one body before they are taken, and of all bodies on its connection together.
pub const H2_WINDOW_BYTES: u32 = 256 * 1024;
pub const H2_CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// A silent HTTP/2 peer is asked this often whether it is there, and let go when it does not answer in time.
pub const H2_PING_EVERY: Duration = Duration::from_secs(20);
pub const H2_PING_WITHIN: Duration = Duration::from_secs(20);
/// Requests withdrawn before anybody looked at them, and streams ended for a peer's mistakes; a browser that leaves a map
/// behind withdraws those at work, a flood of more ends the connection.
pub const H2_RESETS_WAITING_MAX: usize = 20;
pub const H2_RESETS_FOR_MISTAKES_MAX: usize = 256;
/// Bytes that open an HTTP/2 connection: 24 of greeting and an empty frame of settings. They must come within
/// [`HEADER_WITHIN`].
pub const H2_OPENING_BYTES: usize = 24 + 9;
/// Bytes of a file with a certificate chain or a key: chains of four take 8 KB.
pub const TLS_FILE_BYTES_MAX: u64 = 1 << 20;
/// How often it is looked whether there is a new certificate.
pub const TLS_LOOK_EVERY: Duration = Duration::from_secs(5);
/// A certificate that ends within this time is told of, or made anew where it is our own: long enough to carry the new one to
/// the phones of a street.
pub const TLS_ENDING: jiff::SignedDuration = jiff::SignedDuration::from_hours(30 * 24);
/// Days a certificate of our own is good for: phones take none that is good for longer than 825.
pub const TLS_OWN_DAYS: i32 = 800;
/// How long browsers remember to come by HTTPS only, where that is told them: a month, so that a house which must go back is
/// not shut for a year.
pub const HTTPS_ONLY_SECONDS: u32 = 30 * 24 * 60 * 60;
/// A request's header must be whole within this time, a silent connection says something within it: an honest browser
/// needs milliseconds, a phone in a lift a few seconds.
pub const HEADER_WITHIN: Duration = Duration::from_secs(15);
/// Bytes of a request's head: the longest honest one is a composite tile's address with a cookie, below 2 KB.
pub const HEADER_BYTES_MAX: usize = 32 * 1024;
/// A request's body must be whole within this time: 2 MiB over a poor mobile line.
pub const BODY_WITHIN: Duration = Duration::from_secs(20);
/// Bytes of a JSON body. The largest outline (20,000 vertices) takes 1.2 MB when printed nicely.
pub const BODY_BYTES_MAX: usize = 2 << 20;
/// Nesting of a JSON body: a MultiPolygon in a Feature in a collection nests 8 deep.
pub const JSON_DEPTH_MAX: usize = 64;
/// A peer that takes nothing of an answer for so long has gone: a phone's dead spot lasts seconds.
pub const WRITE_STALL_MAX: Duration = Duration::from_secs(40);
/// What is under way when the server is asked to stop may take this long; screens with a feed are told at once.
pub const DRAIN_WITHIN: Duration = Duration::from_secs(10);

/// Places on one page.
pub const PAGE_MAX: usize = 1_000;
/// Places on one page when nobody says how many.
pub const PAGE_USUAL: usize = 100;
/// Vertices on one page: half a million take 10 MB of JSON; a page with more ends early and says where it goes on.
pub const PAGE_VERTICES_MAX: usize = 500_000;
/// Characters of a search text: longer than any name.
pub const SEARCH_CHARS_MAX: usize = 200;
/// Places named by one nearest question.
pub const NEAREST_MAX: usize = 50;
/// Ids listed per layer by one area answer.
pub const LISTED_MAX: usize = 10_000;
/// Nesting of union and difference in one question: people draw two or three.
pub const AREA_DEPTH_MAX: usize = 8;
/// Vertices of all shapes in one question together.
pub const AREA_VERTICES_MAX: usize = 40_000;
/// Places weighed shape by shape (`any`, `share`) times the vertices they are weighed against: about two seconds of work.
pub const WEIGHING_MAX: usize = 20_000_000;
/// Weighing questions at work at once; more wait their turn, so that panels and tiles keep a core.
pub const WEIGHING_AT_ONCE: usize = 1;
/// Places whose figures one answer tells: a district's buildings twice over.
pub const FIGURES_MAX: usize = 20_000;
/// Bytes of figures kept for those who ask the same: the levels of a district for a handful of roles.
pub const FIGURES_KEPT_BYTES: usize = 24 << 20;
/// Changes on one page of the ledger's list.
pub const CHANGES_PAGE_MAX: usize = 500;
/// Features checked by one dry run: a drawing of a grid has some dozens.
pub const CHECK_MAX: usize = 200;

/// Orders decided and appended together. One fsync carries them all; more would make the last one wait for the first.
pub const GROUP_MAX: usize = 256;
/// Orders waiting for the writer; beyond it the server says that it is busy.
pub const WAITING_ORDERS_MAX: usize = 4_096;
/// Times an order may lose against another server before it is told to come again. Each loss is decided anew on fresher
/// ground, so ten in a row mean that somebody is importing.
pub const LOSSES_MAX: u32 = 10;
/// Changes that may come while an import is being prepared without its being read again: minutes of the busiest writing.
pub const STAGED_CHANGES_MAX: usize = 5_000;
/// Changes of another server read at once.
pub const CATCH_UP_CHANGES: usize = 500;
/// Between two looks at a store that is away.
pub const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Between two looks whether a full disk has room again, while nobody writes.
pub const ROOM_AGAIN: Duration = Duration::from_secs(1);
/// How long the writer tries to learn what became of a commit whose answer was lost.
pub const SETTLE_WITHIN: Duration = Duration::from_secs(5);

/// Events kept for screens that were away: minutes of the busiest writing.
pub const FEED_RING: usize = 2_000;
/// Events that may wait for one screen; one that is further behind starts over.
pub const FEED_QUEUE: usize = 256;
/// Ids named by one event; beyond it the screen takes the layers anew.
pub const FEED_IDS_MAX: usize = 1_000;
/// A comment this often keeps proxies from hanging up and tells a screen that the line is whole.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// How often other servers' revocations are looked for; with the reload it stays well below two seconds.
pub const AUTH_POLL: Duration = Duration::from_millis(600);
/// A session ends after so long: a wall runs a month unattended, a phone lost longer is safe.
pub const SESSION_DAYS: i64 = 30;
/// Sessions kept in memory; an evicted one is read again from the store.
pub const SESSIONS_CACHED_MAX: usize = 50_000;
/// Passwords checked at once: each takes 19 MiB and a core for 0.1 s.
pub const PASSWORDS_AT_ONCE: usize = 2;
/// Passwords waiting to be checked.
pub const PASSWORDS_WAITING_MAX: usize = 64;
/// Wrong passwords for an account from one address in a row: a person who forgot tries five.
pub const LOGINS_PER_ACCOUNT: u32 = 10;
/// One more after this time: 6 a minute make 3 million a year, useless against 8 characters.
pub const LOGIN_PER_ACCOUNT_EVERY: Duration = Duration::from_secs(10);
/// Wrong passwords for an account from all addresses in a row, then one more as often as from a single one: many machines
/// guess no faster, and a worker on a new line every day never comes near.
pub const LOGINS_PER_ACCOUNT_ANYWHERE: u32 = 100;
/// Wrong passwords from one address in a row: a whole office behind one address on a Monday.
pub const LOGINS_PER_ADDRESS: u32 = 100;
/// One more from an address after this time: a hundred in ten minutes.
pub const LOGIN_PER_ADDRESS_EVERY: Duration = Duration::from_secs(6);
/// Tries beyond all that, from an address where the account signed in before: guessing elsewhere keeps nobody out.
pub const LOGINS_BEYOND: u32 = 100;
/// One more of those: whoever sits at the same address guesses 17,000 a day, useless against 8 characters.
pub const LOGIN_BEYOND_EVERY: Duration = Duration::from_secs(5);
/// An address is remembered so long after a sign-in: as long as a session.
pub const SIGNED_IN_FROM: Duration = Duration::from_secs(SESSION_DAYS as u64 * 24 * 60 * 60);
/// Sign-in addresses remembered: a thousand people with ten each; the one not seen longest makes room.
pub const SIGNED_IN_FROM_MAX: usize = 10_000;
/// Names and addresses remembered by the limiter; full ones are forgotten first when they have recovered.
pub const LIMITER_KEYS_MAX: usize = 100_000;
/// Shortest password: what the page tells people.
pub const PASSWORD_CHARS_MIN: usize = 8;
/// Longest password: more would only be work for the hash.
pub const PASSWORD_CHARS_MAX: usize = 200;
/// Longest account or token name.
pub const ACCOUNT_NAME_MAX: usize = 60;
/// Places one account answers for.
pub const ACCOUNT_PLACES_MAX: usize = 1_000;

/// Lines of the access log kept: a street of a hundred people writes some 500 a day, so this is more than a year, and at most
/// some 40 MB.
pub const ACCESS_KEPT: u64 = 200_000;
/// Lines of the access log on one page.
pub const ACCESS_PAGE_MAX: usize = 500;
/// Lines waiting to be written: seconds of the busiest morning.
pub const AUDIT_WAITING_MAX: usize = 4_096;
/// Whoever reads the log waits so long for lines that are still to be written; a store without room keeps none.
pub const AUDIT_SETTLES_WITHIN: Duration = Duration::from_secs(3);
/// Lines written in one transaction.
pub const AUDIT_LINES_AT_ONCE: usize = 256;
/// Wrong passwords from one address that are written down in a row: more tell nothing new.
pub const AUDIT_FAILURES: u32 = 20;
/// One more is written down after this time: at most 1,440 lines a day from one address.
pub const AUDIT_FAILURE_EVERY: Duration = Duration::from_secs(60);
/// How often it is written down who was met: to the minute is what people ask.
pub const SEEN_EVERY: Duration = Duration::from_secs(50);
/// How often expired sessions, old replies and old lines of the access log are swept out.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// Layers named by one tile address: all there are.
pub const TILE_LAYERS_MAX: usize = 12;
/// How long a tile waits for a Change that this server has not heard of yet.
pub const TILE_WAIT: Duration = Duration::from_secs(2);
/// Changes by which a tile may be asked for ahead of this server. Another server is ahead by what it wrote in the last
/// moments; whoever names more has the number from another ledger, and waiting would not help.
pub const TILE_AHEAD_MAX: u64 = 10_000;
/// Bytes of compressed tiles kept, when nobody says how many MiB.
pub const TILE_CACHE_MIB: usize = 128;

/// Past maps kept at once: two days to compare, for two people.
pub const PAST_MAPS_MAX: usize = 4;
/// Places in all past maps together. Outlines that have not changed since are shared with today's map, so one takes some 300
/// bytes here: at most 360 MB, a million-place city once or a street a hundred times over.
pub const PAST_PLACES_MAX: usize = 1_200_000;
/// Tiles cut from one past map that are kept: a screen or two.
pub const PAST_TILE_BYTES: usize = 8 << 20;
/// Days whose place in the ledger is remembered: three years of a slider.
pub const PAST_DAYS_REMEMBERED: usize = 1_000;
/// Whoever looks back waits so long for others who do; a city's past is built within it.
pub const PAST_WAIT: Duration = Duration::from_secs(20);
/// Rows compared with today's map under one look: writers wait no longer than that.
pub const PAST_ROWS_AT_ONCE: usize = 20_000;

/// Deepest zoom of pictures: Tianditu ends at 18, others at 19; beyond it there is nothing to fetch.
pub const RASTER_ZOOM_MAX: u8 = 20;
/// Bytes of one picture: an aerial photograph of 512 pixels takes 400 KB.
pub const RASTER_BYTES_MAX: usize = 2 << 20;
/// Pictures fetched at once: sources throttle who asks for more.
pub const RASTER_FETCHES_AT_ONCE: usize = 8;
/// A source that takes longer is away.
pub const RASTER_WITHIN: Duration = Duration::from_secs(10);
/// A picture older than this is fetched again, and shown meanwhile where the source is away.
pub const RASTER_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// MiB of pictures kept when nobody says how many: a district down to zoom 18 takes some 200.
pub const RASTER_CACHE_MIB: usize = 512;

/// Tiles cut at once; a screen asks for a dozen, and the cores are few.
pub const TILES_AT_ONCE: usize = 4;

/// Pages of places written out at once, each some milliseconds and a megabyte.
pub const PAGES_AT_ONCE: usize = 4;

/// Exports at work at once: each takes a core and some hundred megabytes of disk; more wait their turn.
pub const EXPORTS_AT_ONCE: usize = 2;
/// Places asked for together while an export looks at the map: writers wait no longer than that.
pub const EXPORT_PLACES_AT_ONCE: usize = 2_000;
/// Tiles of one export: a city of 60 km down to zoom 17 has 300,000.
pub const EXPORT_TILES_MAX: u64 = 1_000_000;
/// Characters of a filter of an export: longer than any code or tag.
pub const EXPORT_FILTER_CHARS_MAX: usize = 200;

/// How often expired alerts are looked for.
pub const TICK: Duration = Duration::from_secs(5);
/// Longest Idempotency-Key.
pub const KEY_CHARS_MAX: usize = 200;
/// Bytes of an uploaded file: a province of OSM takes 100 MB; bigger ones go through the command line.
pub const UPLOAD_BYTES_MAX: u64 = 512 << 20;
/// An upload may take this long: 512 MiB at 8 Mbit/s.
pub const UPLOAD_WITHIN: Duration = Duration::from_secs(10 * 60);
/// Longest name of an uploaded file, in bytes: what file systems take, or 80 Chinese characters.
pub const FILE_NAME_BYTES_MAX: usize = 240;

/// Drafts one person has open at once: a grid worker's whole ground redrawn piece by piece takes a dozen.
pub const DRAFTS_OPEN_MAX: u64 = 50;
/// Bytes of a draft's gesture: the largest body of one gesture, with room for its own name and note around it.
pub const DRAFT_BYTES_MAX: usize = BODY_BYTES_MAX - 64 * 1024;
/// Bytes of a file that is sent as a draft: two hundred boundaries as GeoJSON with room to spare.
pub const DRAFT_FILE_BYTES_MAX: usize = 16 << 20;
/// Longest name of a draft: a line in a list.
pub const DRAFT_NAME_CHARS_MAX: usize = 100;
/// Longest note of a draft and longest comment: a page.
pub const DRAFT_WORDS_CHARS_MAX: usize = 2_000;
/// Comments on one draft: who has more to say meets.
pub const DRAFT_COMMENTS_MAX: usize = 300;
/// Days ahead for which a draft may be accepted: boundaries are settled for the coming year at most.
pub const DRAFT_DAYS_AHEAD_MAX: i64 = 400;
/// Drafts on one page.
pub const DRAFTS_PAGE_MAX: usize = 200;
/// Drafts looked through for one page, those of others included; the page then ends early and says where it goes on.
pub const DRAFTS_SCANNED_MAX: usize = 2_000;
/// How often news of drafts is looked for in the store: other servers write there too.
pub const DRAFTS_LOOK_EVERY: Duration = Duration::from_secs(1);
/// News of drafts told at once.
pub const DRAFTS_NEWS_MAX: usize = 200;

/// Whoever drew and says nothing for so long has left: a desk says every 20 seconds that it is there.
pub const PRESENCE_KEPT: Duration = Duration::from_secs(60);
/// People remembered as drawing just now; the one not heard of longest makes room.
pub const PRESENCE_MAX: usize = 2_000;
