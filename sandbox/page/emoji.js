// The shortcodes that people and apps use most. What is not here stays as it was written, `:like_this:`.

const COMMON = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|heart ❤️|blue_heart 💙|green_heart 💚|yellow_heart 💛|purple_heart 💜|smile 😄|grinning 😀|
slightly_smiling_face 🙂|blush 😊|joy 😂|wink 😉|heart_eyes 😍|sunglasses 😎|thinking_face 🤔|cry 😢|sob 😭|disappointed 😞|
confused 😕|open_mouth 😮|scream 😱|sweat_smile 😅|hugging_face 🤗|partying_face 🥳|neutral_face 😐|raised_hands 🙌|clap 👏|
wave 👋|pray 🙏|muscle 💪|ok_hand 👌|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|handshake 🤝|writing_hand ✍️|eyes 👀|
tada 🎉|confetti_ball 🎊|sparkles ✨|star ⭐|star2 🌟|fire 🔥|rocket 🚀|zap ⚡|boom 💥|100 💯|trophy 🏆|medal 🏅|first_place_medal 🥇|
mortar_board 🎓|school 🏫|books 📚|book 📖|notebook 📓|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|bulb 💡|mag 🔍|link 🔗|paperclip 📎|
pushpin 📌|round_pushpin 📍|calendar 📆|date 📅|spiral_calendar_pad 🗓️|clock1 🕐|clock9 🕘|alarm_clock ⏰|hourglass ⌛|
hourglass_flowing_sand ⏳|stopwatch ⏱️|watch ⌚|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|
email 📧|envelope ✉️|incoming_envelope 📨|inbox_tray 📥|outbox_tray 📤|package 📦|mailbox 📫|file_folder 📁|open_file_folder 📂|
page_facing_up 📄|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|bar_chart 📊|white_check_mark ✅|heavy_check_mark ✔️|
ballot_box_with_check ☑️|x ❌|heavy_multiplication_x ✖️|negative_squared_cross_mark ❎|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|
exclamation ❗|question ❓|grey_question ❔|information_source ℹ️|red_circle 🔴|large_blue_circle 🔵|large_green_circle 🟢|
large_yellow_circle 🟡|large_orange_circle 🟠|white_circle ⚪|black_circle ⚫|arrow_right ➡️|arrow_left ⬅️|arrow_up ⬆️|arrow_down ⬇️|
arrows_counterclockwise 🔄|repeat 🔁|fast_forward ⏩|lock 🔒|unlock 🔓|key 🔑|wrench 🔧|gear ⚙️|hammer_and_wrench 🛠️|robot_face 🤖|
computer 💻|iphone 📱|phone ☎️|camera 📷|movie_camera 🎥|microphone 🎤|headphones 🎧|globe_with_meridians 🌐|earth_africa 🌍|
earth_americas 🌎|world_map 🗺️|house 🏠|office 🏢|factory 🏭|airplane ✈️|train 🚆|car 🚗|bike 🚲|seedling 🌱|herb 🌿|four_leaf_clover 🍀|
evergreen_tree 🌲|sunny ☀️|cloud ☁️|rainbow 🌈|snowflake ❄️|coffee ☕|tea 🍵|cake 🍰|birthday 🎂|champagne 🍾|clinking_glasses 🥂|
pizza 🍕|apple 🍎|gift 🎁|balloon 🎈|crown 👑|gem 💎|moneybag 💰|euro 💶|busts_in_silhouette 👥|bust_in_silhouette 👤|man 👨|woman 👩|
raising_hand 🙋|information_desk_person 💁|runner 🏃|dart 🎯|jigsaw 🧩|game_die 🎲|soccer ⚽|traffic_light 🚦|construction 🚧|
checkered_flag 🏁|triangular_flag_on_post 🚩|flag-it 🇮🇹|flag-be 🇧🇪|flag-eu 🇪🇺|eu 🇪🇺|it 🇮🇹|fr 🇫🇷|de 🇩🇪|es 🇪🇸|gb 🇬🇧|one 1️⃣|two 2️⃣|
three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|new 🆕|ok 🆗|sos 🆘|soon 🔜|end 🔚|small_blue_diamond 🔹|
small_orange_diamond 🔸|black_small_square ▪️|white_small_square ▫️|heavy_plus_sign ➕|heavy_minus_sign ➖|zzz 💤|wastebasket 🗑️|label 🏷️`;

export const EMOJI = new Map(
  COMMON.replace(/\n/g, "")
    .split("|")
    .map((entry) => {
      const at = entry.indexOf(" ");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
);

/** The character of a shortcode without colons (a skin tone after `::` is dropped), or undefined. */
export function emojiOf(name) {
  return EMOJI.get(name.split("::")[0]);
}

/** What is offered under a message. */
export const QUICK_REACTIONS = [
  "+1",
  "heart",
  "tada",
  "eyes",
  "white_check_mark",
  "raised_hands",
  "pray",
  "question",
];
